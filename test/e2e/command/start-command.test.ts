import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/version.js';
import { runCommand, untilReady } from '../../support/command.js';
import { commandFixture, configuration } from '../../support/command-fixture.js';
import { until } from '../../support/router-host.js';

const fixture = commandFixture();
const { finished, started } = fixture;

describe('rpc-gateway start', () => {
  it('prints the ready line and nothing else on stdout', async () => {
    const { command, url } = await started(configuration(fixture.upstream.url));
    expect(command.out()).toBe(`ready: 1 procedures in 1 realms, ${url}\n`);
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
  });

  it('uses singular and plural on a terminal', async () => {
    const file = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url));
    const command = runCommand(['start', '--config', file], { terminal: true });
    fixture.running.push(command);
    const { url } = await untilReady(command);
    expect(command.out()).toBe(`ready: 1 procedure in 1 realm, ${url}\n`);
  });

  it('logs one line at the start and one at the end', async () => {
    const { command, url } = await started(configuration(fixture.upstream.url));
    const records = () =>
      command
        .err()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(records()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        msg: 'the gateway has started',
        version: packageVersion(),
        config: join(fixture.folder.path, 'bondy.conf'),
        procedures: 1,
        realms: 1,
        listeners: [url],
      },
    ]);
    const call = ['call', 'com.billing.get_invoice', 'id=1', '--realm', 'com.example.myrealm', '--url', url];
    expect((await finished(call)).code).toBe(0);
    fixture.upstream.respondWith(() => ({ status: 404 }));
    expect((await finished(call)).code).toBe(1);
    command.send('SIGINT');
    await command.ended;
    expect(records().at(-1)).toEqual({
      level: 'info',
      time: expect.any(String),
      msg: 'the gateway has stopped',
      reason: 'SIGINT',
      uptime: expect.stringMatching(/^\d+m?s$/),
      calls: 2,
    });
  });

  it('lets 100 running calls end on SIGTERM, and exits with 0', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    fixture.upstream.respondWith(async (request) => {
      await held;
      return { json: { url: request.url } };
    });
    const { command, url } = await started(
      configuration(fixture.upstream.url, 'rpc_gateway.services.billing.pool.size = 100'),
    );
    const calls = Array.from({ length: 100 }, (_, id) =>
      finished([
        'call',
        'com.billing.get_invoice',
        `id=n${id}`,
        '--json',
        '--url',
        url,
        '--realm',
        'com.example.myrealm',
      ]),
    );
    await fixture.upstream.arrived(100);
    command.send('SIGTERM');
    release();
    const answers = await Promise.all(calls);
    expect(answers.map(({ code }) => code)).toEqual(Array(100).fill(0));
    expect(answers[99]?.out).toBe('{"status":200,"body":{"url":"/invoices/n99"}}\n');
    expect(await command.ended).toBe(0);
    expect(fixture.upstream.requests.length).toBe(100);
  });

  it('uses a changed file at SIGHUP, and logs the mistakes of a wrong one', async () => {
    const { command, url } = await started(configuration(fixture.upstream.url));
    const call = () => finished(['call', 'com.billing.get_invoice', 'id=1', '--url', url]);
    const reload = async (text: string, words: string) => {
      fixture.folder.write('bondy.conf', text);
      command.send('SIGHUP');
      await until(() => command.err().includes(words), command.err);
    };
    const changed = configuration(fixture.upstream.url).replace('/invoices/{{id}}', '/v2/{{id}}');
    await reload(changed, 'the configuration was reloaded');
    expect((await call()).code).toBe(0);
    await reload(`${changed}wamp.max_sesions = 5\n`, 'the configuration was not reloaded');
    expect(command.err()).toContain('wamp.max_sesions: ');
    expect((await call()).code).toBe(0);
    expect(fixture.upstream.requests.map(({ url: path }) => path)).toEqual(['/v2/1', '/v2/1']);
  });

  it('fails with one line that says that the port is in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const file = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url, '', port));
    const { code, out, err } = await finished(['start', '--config', file]);
    blocker.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trim().split('\n').length).toBe(1);
    expect(err).toContain(String(port));
    expect(err).toContain('in use');
  });
});

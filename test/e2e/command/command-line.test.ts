import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/version.js';
import { runCommand, untilReady } from '../../support/command.js';
import { commandFixture } from '../../support/command-fixture.js';

const fixture = commandFixture();
const { finished } = fixture;

describe('the command line', () => {
  it('has help with examples for each command', async () => {
    for (const command of [
      [],
      ...['start', 'check', 'call', 'list', 'completion', 'demo', 'hash-password'].map((name) => [name]),
    ]) {
      const { code, out } = await finished([...command, '--help']);
      expect(code).toBe(0);
      expect(out).toContain('Examples:');
    }
    expect(await finished(['--version'])).toEqual({ code: 0, out: `${packageVersion()}\n`, err: '' });
  });

  it.each([
    [[]],
    [['nonsense']],
    [['start', '--nonsense']],
    [['call']],
    [['call', 'com.x', 'novalue']],
    [['call', 'com.x', '--timeout', '5']],
    [['call', 'com.x', '--authmethod', 'magic']],
    [['call', 'com.x', '--authid', 'alice']],
    [['call', 'com.x', '--ticket', 'wonderland']],
    [['call', 'com.x', '--authmethod', 'wampcra', '--authid', 'alice', '--ticket', 'wonderland']],
    [['call', 'com.x', '--private-key', 'abc']],
    [['call', 'com.x', '--args', '{}']],
    [['call', 'com.x', '--kwargs', '[]']],
    [['call', 'com.x', '--kwargs', 'no JSON']],
    [['call', 'com.x', '--kwargs', '@/nowhere.json']],
    [['call', 'com.x', 'a=1', '--kwargs', '{"a":2}']],
    [['call', 'com.x', '--args', '[1]', '--dry-run']],
    [['completion', 'cmd']],
    [['demo', '--port', '70000']],
    [['demo', '--admin-port', '70000']],
  ])('exits with 2 if the arguments are wrong: %j', async (words) => {
    const { code, out, err } = await finished(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });
});

const FIRST_LINE = /^The console .*(http:\S+)\n/;

describe('the demo', () => {
  it('handles the calls that it suggests, and stops cleanly', async () => {
    const demo = runCommand(['demo', '--port', '0', '--admin-port', '0']);
    const { url } = await untilReady(demo);
    await demo.printed('Press Ctrl-C to stop.');
    const [, api] = /^A billing API runs at (\S+)\. It /m.exec(demo.out()) ?? [];
    expect((await fetch(`${api}/invoices/INV-001`)).status).toBe(401);
    const suggested = [...demo.out().matchAll(/^ {2}.* call (.*)$/gm)].map((match) => match[1]!.split(' '));
    expect(suggested.length).toBe(3);
    const outcomes = [];
    for (const words of suggested) {
      const call = runCommand(['call', ...words, '--json']);
      outcomes.push([await call.ended, JSON.parse(call.out())]);
    }
    expect(outcomes).toEqual([
      [0, { status: 200, body: { id: 'INV-001', amount: 1500, status: 'paid' } }],
      [0, { status: 201, body: { id: 'INV-002', customer: 'cust-42', amount: 2500, status: 'draft' } }],
      [
        1,
        {
          error: 'wamp.error.not_found',
          args: [],
          kwargs: { status: 404, body: { error: 'no invoice INV-999' } },
        },
      ],
    ]);
    const [, console] = FIRST_LINE.exec(demo.out()) ?? [];
    for (const [name, busy] of [
      ['--port', new URL(url).port],
      ['--admin-port', new URL(console ?? '').port],
    ] as const) {
      const second = runCommand(['demo', '--port', '0', '--admin-port', '0', name, busy]);
      expect(await second.ended).toBe(1);
      expect(second.err()).toMatch(
        new RegExp(`^Port ${busy} is in use.* demo --port \\d+ --admin-port \\d+\\.\\n$`),
      );
    }
    demo.send('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.exits).toEqual([0]);
  });

  it('begins with the address of its console, which stops and starts the API', async () => {
    const demo = runCommand(['demo', '--port', '0', '--admin-port', '0']);
    await untilReady(demo);
    const [, console] = FIRST_LINE.exec(demo.out()) ?? [];
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(`${console}${path}`, { method });
      return { status: response.status, body: await response.json() };
    };
    const state = async () => {
      const { body } = await ask('status');
      return (body as { services: { state: string }[] }).services[0]?.state;
    };
    expect(await ask('demo/api')).toEqual({ status: 200, body: { running: true } });
    await expect.poll(state).toBe('up');
    expect(await ask('demo/api/stop', 'POST')).toEqual({ status: 200, body: { running: false } });
    expect(await ask('demo/api')).toEqual({ status: 200, body: { running: false } });
    await expect.poll(state, { timeout: 10_000 }).toBe('down');
    expect(await ask('demo/api/start', 'POST')).toEqual({ status: 200, body: { running: true } });
    await expect.poll(state, { timeout: 10_000 }).toBe('up');
    expect((await ask('demo/api/stop')).status).toBe(405);
    // It also ends while the API is stopped.
    await ask('demo/api/stop', 'POST');
    demo.send('SIGTERM');
    expect(await demo.ended).toBe(0);
  });
});

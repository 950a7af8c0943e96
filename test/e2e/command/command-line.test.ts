import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/version.js';
import { type CommandRun, runCommand, untilReady } from '../../support/command.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const PROCEDURE = 'rpc_gateway.services.billing.procedures.get_invoice';

/** The guide's first procedure on an ephemeral port. */
function configuration(upstream: string, more = '', port = 0): string {
  return `rpc_gateway.services.billing.base_url = ${upstream}
${PROCEDURE}.uri = com.billing.get_invoice
${PROCEDURE}.realm = com.example.myrealm
${PROCEDURE}.path = /invoices/{{id}}
listeners.main.port = ${port}
${more}`;
}

describe('the command line', () => {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  const running: CommandRun[] = [];

  beforeEach(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream();
  });
  afterEach(async () => {
    await Promise.all(
      running.splice(0).map((run) => {
        run.send('SIGTERM');
        return run.ended;
      }),
    );
    await upstream.close();
    folder.remove();
  });

  const run = (words: readonly string[], env: Record<string, string> = {}): CommandRun =>
    runCommand(words, { env });
  const finished = async (words: readonly string[], env: Record<string, string> = {}) => {
    const command = run(words, env);
    return { code: await command.ended, out: command.out(), err: command.err() };
  };
  const started = async (config: string): Promise<{ command: CommandRun; url: string }> => {
    const command = run(['start', '--config', folder.write('bondy.conf', config)]);
    running.push(command);
    return { command, ...(await untilReady(command)) };
  };

  describe('start', () => {
    it('prints the ready line and nothing else on stdout', async () => {
      const { command, url } = await started(configuration(upstream.url));
      expect(command.out()).toBe(`ready: 1 procedures in 1 realms, ${url}\n`);
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
    });

    it('uses singular and plural on a terminal', async () => {
      const file = folder.write('bondy.conf', configuration(upstream.url));
      const command = runCommand(['start', '--config', file], { terminal: true });
      running.push(command);
      const { url } = await untilReady(command);
      expect(command.out()).toBe(`ready: 1 procedure in 1 realm, ${url}\n`);
    });

    it('logs one line at the start and one at the end', async () => {
      const { command, url } = await started(configuration(upstream.url));
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
          config: join(folder.path, 'bondy.conf'),
          procedures: 1,
          realms: 1,
          listeners: [url],
        },
      ]);
      const call = [
        'call',
        'com.billing.get_invoice',
        'id=1',
        '--realm',
        'com.example.myrealm',
        '--url',
        url,
      ];
      expect((await finished(call)).code).toBe(0);
      upstream.answerWith(() => ({ status: 404 }));
      expect((await finished(call)).code).toBe(1);
      command.send('SIGINT');
      await command.ended;
      expect(records().at(-1)).toEqual({
        level: 'info',
        time: expect.any(String),
        msg: 'the gateway has stopped',
        reason: 'SIGINT',
        ran: expect.stringMatching(/^\d+m?s$/),
        calls: 2,
      });
    });

    it('lets 100 running calls end on SIGTERM, and exits with 0', async () => {
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      upstream.answerWith(async (request) => {
        await held;
        return { json: { url: request.url } };
      });
      const { command, url } = await started(
        configuration(upstream.url, 'rpc_gateway.services.billing.pool.size = 100'),
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
      await upstream.arrived(100);
      command.send('SIGTERM');
      release();
      const answers = await Promise.all(calls);
      expect(answers.map(({ code }) => code)).toEqual(Array(100).fill(0));
      expect(answers[99]?.out).toBe('{"status":200,"body":{"url":"/invoices/n99"}}\n');
      expect(await command.ended).toBe(0);
      expect(upstream.requests.length).toBe(100);
    });

    it('survives SIGHUP with a warning', async () => {
      const { command, url } = await started(configuration(upstream.url));
      command.send('SIGHUP');
      expect(command.err()).toContain('restart to use a changed configuration');
      const { code } = await finished(['call', 'com.billing.get_invoice', 'id=1', '--url', url]);
      expect(code).toBe(0);
    });

    it('reports in one line that the port is in use', async () => {
      const blocker = createServer().listen(0, '127.0.0.1');
      await once(blocker, 'listening');
      const { port } = blocker.address() as { port: number };
      const file = folder.write('bondy.conf', configuration(upstream.url, '', port));
      const { code, out, err } = await finished(['start', '--config', file]);
      blocker.close();
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err.trim().split('\n').length).toBe(1);
      expect(err).toContain(String(port));
      expect(err).toContain('in use');
    });
  });

  describe('check', () => {
    it('sums up a valid file', async () => {
      const file = folder.write('bondy.conf', configuration(upstream.url, '', 18080));
      expect(await finished(['check', '--config', file])).toEqual({
        code: 0,
        out: `${file} is fine: 1 service, 1 procedure, 1 realm
  service billing: 1 procedure
  realm com.example.myrealm
  listener ws://127.0.0.1:18080/ws
`,
        err: '',
      });
    });

    const SECRET = 'sw0rdfish';
    const broken = [
      'rpc_gateway.services.billing.base_url = ftp://example.com',
      `rpc_gateway.services.billing.timout = ${SECRET}`,
      'rpc_gateway.services.billing.timeout = 15',
      `rpc_gateway.services.billing.auth.vars.key = \${UNSET_${SECRET.toUpperCase()}}`,
      `rpc_gateway.services.billing.retries = ${SECRET}`,
      `${PROCEDURE}.uri = com.billing.get_invoice`,
      `${PROCEDURE}.path = /invoices/{{id`,
      `include ${SECRET}.conf`,
      ...Array.from(
        { length: 12 },
        (_, index) => `rpc_gateway.services.billing.pool.nonsense${index} = ${SECRET}`,
      ),
    ];

    it.each(['check', 'start'])('(%s) reports every mistake with its line, and no value', async (command) => {
      const file = folder.write('bondy.conf', broken.join('\n'));
      const { code, out, err } = await finished([command, '--config', file]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      const lines = err.trim().split('\n');
      for (const line of lines) expect(line).toMatch(new RegExp(`^${file}:\\d+: .+`));
      const reported = new Set(lines.map((line) => Number(line.slice(file.length + 1).split(':')[0])));
      for (const number of [1, 2, 3, 4, 5, 7, 8, ...Array.from({ length: 12 }, (_, index) => index + 9)]) {
        expect(reported, `line ${number}: ${broken[number - 1]}`).toContain(number);
      }
      expect(err).toContain('did you mean rpc_gateway.services.billing.timeout');
      expect(err.replaceAll('UNSET_SW0RDFISH', '').replaceAll(`${SECRET}.conf`, '')).not.toContain(SECRET);
    });
  });

  it.each(['check', 'start'])(
    '(%s) tells of a key that stands twice, though something else is wrong',
    async (command) => {
      const line = 'rpc_gateway.services.billing.timeout = 15s';
      const text = `${line}\n${line}\nrpc_gateway.services.billing.retries = many\n`;
      const { code, err } = await finished([command, '--config', folder.write('bondy.conf', text)]);
      expect(code).toBe(1);
      expect(err).toMatch(/:3: rpc_gateway\.services\.billing\.retries: must be/);
      expect(err).toMatch(/:2: rpc_gateway\.services\.billing\.timeout: notice: is set twice/);
    },
  );

  describe('call', () => {
    it('uses the URL and realm of the configuration', async () => {
      const { url } = await started(configuration(upstream.url));
      const port = Number(new URL(url).port);
      const file = folder.write('client.conf', configuration(upstream.url, '', port));
      const { code, out } = await finished([
        'call',
        'com.billing.get_invoice',
        'id=a b',
        'n=9007199254740993',
        '--config',
        file,
      ]);
      expect({ code, out }).toEqual({ code: 0, out: '200 OK\n{\n  "ok": true\n}\n' });
      expect(upstream.requests[0]?.url).toBe('/invoices/a%20b?n=9007199254740993');
    });

    it('uses the URL in RPC_GATEWAY_URL, and by default the realm of the demo', async () => {
      const { url } = await started(configuration(upstream.url));
      const { code } = await finished(['call', 'com.billing.get_invoice', 'id=1'], { RPC_GATEWAY_URL: url });
      expect(code).toBe(0);
    });

    it('shows an error on stderr, and with --json its kwargs on stdout', async () => {
      upstream.answerWith(() => ({ status: 404, json: { error: 'none' } }));
      const { url } = await started(configuration(upstream.url));
      const words = ['call', 'com.billing.get_invoice', 'id=1', '--url', url];
      const err = 'error wamp.error.not_found\n404 Not Found\n{\n  "error": "none"\n}\n';
      expect(await finished(words)).toEqual({ code: 1, out: '', err });
      const out =
        '{"error":"wamp.error.not_found","args":[],"kwargs":{"status":404,"body":{"error":"none"}}}\n';
      expect(await finished([...words, '--json'])).toEqual({ code: 1, out, err });
    });

    it('prints every digit of a big integer', async () => {
      const headers = { 'content-type': 'application/json' };
      upstream.answerWith(() => ({ headers, body: '{"n":9007199254740993}' }));
      const { url } = await started(configuration(upstream.url));
      const words = ['call', 'com.billing.get_invoice', 'id=1', '--url', url];
      expect((await finished(words)).out).toContain('"n": 9007199254740993');
      expect((await finished([...words, '--json'])).out).toContain('"n":9007199254740993');
    });

    it('gives up after --timeout', async () => {
      upstream.answerWith(() => new Promise(() => {}));
      const { url } = await started(configuration(upstream.url));
      const { code, err } = await finished([
        'call',
        'com.billing.get_invoice',
        'id=1',
        '--url',
        url,
        '--timeout',
        '50ms',
      ]);
      expect(code).toBe(1);
      expect(err).toContain('wamp.error.timeout');
    });

    it('also works over RawSocket and Unix sockets', async () => {
      const { command } = await started(
        configuration(
          upstream.url,
          `listeners.raw.protocol = rawsocket
listeners.raw.port = 0
listeners.unix.protocol = rawsocket
listeners.unix.socket = gateway.sock`,
        ),
      );
      const [, rawSocket = '', unix = ''] =
        /^ready: .*?(\w+s:.*)/m.exec(command.out())?.[1]?.split(', ') ?? [];
      expect([rawSocket, unix]).toEqual([
        expect.stringMatching(/^rs:\/\/127\.0\.0\.1:\d+$/),
        `rs://unix:${folder.path}/gateway.sock`,
      ]);
      for (const url of [rawSocket, unix, unix.replace('rs://', '')]) {
        expect(await finished(['call', 'com.billing.get_invoice', 'id=1', '--url', url])).toMatchObject({
          code: 0,
        });
      }
    });

    it('says in one sentence why it cannot call', async () => {
      const { url } = await started(configuration(upstream.url));
      const failure = async (expected: number, words: readonly string[]): Promise<string> => {
        const { code, out, err } = await finished(['call', 'com.billing.get_invoice', 'id=1', ...words]);
        expect({ code, out }).toEqual({ code: expected, out: '' });
        expect(err.trim().split('\n').length).toBe(1);
        return err;
      };
      const sentence = (...words: string[]) => failure(3, words);
      expect(await sentence('--url', 'ws://127.0.0.1:1/ws')).toContain(
        'Nothing listens at ws://127.0.0.1:1/ws',
      );
      expect(await failure(2, ['--url', 'http://127.0.0.1/'])).toContain(
        'The URL of a router must begin with',
      );
      expect(await sentence('--url', 'rs://127.0.0.1:1')).toContain('Nothing listens at rs://127.0.0.1:1');
      expect(await sentence('--url', 'unix:/nowhere/x.sock')).toContain(
        'Nothing listens at unix:/nowhere/x.sock',
      );
      expect(await sentence('--url', url.replace('ws:', 'rs:').replace('/ws', ''))).toContain(
        'not a RawSocket router',
      );

      expect(await sentence('--url', url.replace(/\/ws$/, '/elsewhere'))).toContain('404');
      expect(await sentence('--url', url, '--realm', 'com.other')).toContain('no realm com.other');
      expect(await failure(1, ['--config', `${folder.path}/none.conf`])).toContain('There is no file');
    });
  });

  describe('call --dry-run', () => {
    it('prints a curl command with a masked secret, and sends nothing', async () => {
      const auth = `rpc_gateway.services.billing.auth.vars.token = sw0rdfish
rpc_gateway.services.billing.auth.apply.placement = header
rpc_gateway.services.billing.auth.apply.name = Authorization
rpc_gateway.services.billing.auth.apply.format = Bearer {{token}}`;
      const file = folder.write('bondy.conf', configuration(upstream.url, auth));
      const { code, out } = await finished([
        'call',
        'com.billing.get_invoice',
        "id=it's",
        '--dry-run',
        '--config',
        file,
      ]);
      expect(code).toBe(0);
      expect(out).toContain(`'${upstream.url}/invoices/it'\\''s'`);
      expect(out).toMatch(/-H 'Authorization: .*\*\*\*'/);
      expect(out).not.toContain('sw0rdfish');
      expect(upstream.connections).toBe(0);
    });

    it('fails if the kwargs cannot become a request, and without a configuration', async () => {
      const file = folder.write('bondy.conf', configuration(upstream.url));
      expect(await finished(['call', 'com.billing.get_invoice', '--dry-run', '--config', file])).toEqual({
        code: 1,
        out: '',
        err: 'Missing required path variable: id\n',
      });
      const { code, err } = await finished(['call', 'com.billing.get_invoice', '--dry-run']);
      expect(code).toBe(1);
      expect(err).toContain('--config');
    });
  });

  describe('its use', () => {
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
    ])('exits with 2 if it is wrong (%j)', async (words) => {
      const { code, out, err } = await finished(words);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).not.toBe('');
    });
  });
});

describe('the demo', () => {
  it('handles the calls that it suggests, and stops cleanly', async () => {
    const demo = runCommand(['demo', '--port', '0']);
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
    const second = runCommand(['demo', '--port', new URL(url).port]);
    expect(await second.ended).toBe(1);
    expect(second.err()).toMatch(/^Port \d+ is in use.*--port \d+\.\n$/);
    demo.send('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.exits).toEqual([0]);
  });
});

import { describe, expect, it } from 'vitest';
import { commandFixture, configuration } from '../../support/command-fixture.js';

const fixture = commandFixture();
const { finished, started } = fixture;

describe('rpc-gateway call', () => {
  it('uses the URL and realm of the configuration', async () => {
    const { url } = await started(configuration(fixture.upstream.url));
    const port = Number(new URL(url).port);
    const file = fixture.folder.write('client.conf', configuration(fixture.upstream.url, '', port));
    const { code, out } = await finished([
      'call',
      'com.billing.get_invoice',
      'id=a b',
      'n=9007199254740993',
      '--config',
      file,
    ]);
    expect({ code, out }).toEqual({ code: 0, out: '200 OK\n{\n  "ok": true\n}\n' });
    expect(fixture.upstream.requests[0]?.url).toBe('/invoices/a%20b?n=9007199254740993');
  });

  it('uses the URL in RPC_GATEWAY_URL and, without a configuration, the realm of the demo', async () => {
    const { url } = await started(configuration(fixture.upstream.url));
    const { code } = await finished(['call', 'com.billing.get_invoice', 'id=1'], { RPC_GATEWAY_URL: url });
    expect(code).toBe(0);
  });

  it('prints an error on stderr, and with --json also its kwargs on stdout', async () => {
    fixture.upstream.respondWith(() => ({ status: 404, json: { error: 'none' } }));
    const { url } = await started(configuration(fixture.upstream.url));
    const words = ['call', 'com.billing.get_invoice', 'id=1', '--url', url];
    const err = 'error wamp.error.not_found\n404 Not Found\n{\n  "error": "none"\n}\n';
    expect(await finished(words)).toEqual({ code: 1, out: '', err });
    const out =
      '{"error":"wamp.error.not_found","args":[],"kwargs":{"status":404,"body":{"error":"none"}}}\n';
    expect(await finished([...words, '--json'])).toEqual({ code: 1, out, err });
  });

  it('prints the parts of a stream, one in each line', async () => {
    const headers = { 'content-type': 'application/x-ndjson' };
    fixture.upstream.respondWith(() => ({ headers, body: '{"n":1}\n{"n":9007199254740993}\n' }));
    const { url } = await started(configuration(fixture.upstream.url));
    const words = ['call', 'com.billing.get_invoice', 'id=1', '--url', url, '--timeout', '5s'];
    const plain = '{"n":1}\n{"n":9007199254740993}\n200 OK\n{\n  "count": 2\n}\n';
    expect((await finished(words)).out).toBe(plain);
    const json = [
      '{"status":200,"body":{"n":1}}',
      '{"status":200,"body":{"n":9007199254740993}}',
      '{"status":200,"body":"","count":2}',
      '',
    ];
    expect((await finished([...words, '--json'])).out).toBe(json.join('\n'));
  });

  it('prints every digit of a big integer', async () => {
    const headers = { 'content-type': 'application/json' };
    fixture.upstream.respondWith(() => ({ headers, body: '{"n":9007199254740993}' }));
    const { url } = await started(configuration(fixture.upstream.url));
    const words = ['call', 'com.billing.get_invoice', 'id=1', '--url', url];
    expect((await finished(words)).out).toContain('"n": 9007199254740993');
    expect((await finished([...words, '--json'])).out).toContain('"n":9007199254740993');
  });

  it('fails with wamp.error.timeout when --timeout has passed', async () => {
    fixture.upstream.respondWith(() => new Promise(() => {}));
    const { url } = await started(configuration(fixture.upstream.url));
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

  it('calls over RawSocket and over Unix sockets', async () => {
    const { command } = await started(
      configuration(
        fixture.upstream.url,
        `listeners.raw.protocol = rawsocket
listeners.raw.port = 0
listeners.unix.protocol = rawsocket
listeners.unix.socket = gateway.sock`,
      ),
    );
    const [, rawSocket = '', unix = ''] = /^ready: .*?(\w+s:.*)/m.exec(command.out())?.[1]?.split(', ') ?? [];
    expect([rawSocket, unix]).toEqual([
      expect.stringMatching(/^rs:\/\/127\.0\.0\.1:\d+$/),
      `rs://unix:${fixture.folder.path}/gateway.sock`,
    ]);
    for (const url of [rawSocket, unix, unix.replace('rs://', '')]) {
      expect(await finished(['call', 'com.billing.get_invoice', 'id=1', '--url', url])).toMatchObject({
        code: 0,
      });
    }
  });

  it('explains in one sentence why it cannot call', async () => {
    const { url } = await started(configuration(fixture.upstream.url));
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
    expect(await failure(2, ['--url', 'http://127.0.0.1/'])).toContain('The URL of a router must begin with');
    expect(await sentence('--url', 'rs://127.0.0.1:1')).toContain('Nothing listens at rs://127.0.0.1:1');
    expect(await sentence('--url', 'unix:/nowhere/x.sock')).toContain(
      'Nothing listens at unix:/nowhere/x.sock',
    );
    expect(await sentence('--url', url.replace('ws:', 'rs:').replace('/ws', ''))).toContain(
      'not a RawSocket router',
    );

    expect(await sentence('--url', url.replace(/\/ws$/, '/elsewhere'))).toContain('404');
    expect(await sentence('--url', url, '--realm', 'com.other')).toContain('no realm com.other');
    expect(await failure(1, ['--config', `${fixture.folder.path}/none.conf`])).toContain('There is no file');
  });
});

describe('rpc-gateway call --dry-run', () => {
  it('prints a curl command with a masked secret, and sends nothing', async () => {
    const auth = `rpc_gateway.services.billing.auth.vars.token = sw0rdfish
rpc_gateway.services.billing.auth.apply.placement = header
rpc_gateway.services.billing.auth.apply.name = Authorization
rpc_gateway.services.billing.auth.apply.format = Bearer {{token}}`;
    const file = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url, auth));
    const { code, out } = await finished([
      'call',
      'com.billing.get_invoice',
      "id=it's",
      '--dry-run',
      '--config',
      file,
    ]);
    expect(code).toBe(0);
    expect(out).toContain(`'${fixture.upstream.url}/invoices/it'\\''s'`);
    expect(out).toMatch(/-H 'Authorization: .*\*\*\*'/);
    expect(out).not.toContain('sw0rdfish');
    expect(fixture.upstream.connections).toBe(0);
  });

  it('fails without a configuration, and if the kwargs cannot become a request', async () => {
    const file = fixture.folder.write('bondy.conf', configuration(fixture.upstream.url));
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

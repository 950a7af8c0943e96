import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

describe('the log of calls', () => {
  let fixture: GatewayFixture;
  let open: boolean;
  async function set(lines: string[] = [], status = 503): Promise<void> {
    fixture = await openGatewayFixture({ lines, respond: () => ({ status, json: { mark: 's3cret-body' } }) });
    open = true;
  }
  async function stop(): Promise<void> {
    if (open) await fixture.close();
    open = false;
  }
  beforeEach(() => {
    open = false;
  });
  afterEach(stop);

  const lines = () => fixture.log.records().filter(({ msg }) => /^call (failed|answered)/.test(String(msg)));

  it('has one line for a response with status 500 or more', async () => {
    await set();
    await fixture.caller.call(GET, { id: 's3cret-kwarg', _headers: { 'X-A': 's3cret-header' } });
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        msg: 'call failed',
        service: 'billing',
        host: new URL(fixture.upstream.url).host,
        procedure: GET,
        path: '/invoices/{{id}}',
        status: 503,
        cause: 'the upstream answered 503',
        id: expect.stringMatching(/^\w{8}$/),
        attempts: 1,
        duration_ms: expect.any(Number),
      },
    ]);
    expect(fixture.log.text()).not.toContain('s3cret');
  });

  it('has one line for an error of the gateway itself, with the id that the caller gets', async () => {
    await set(['+pool.max_response_size = 1KB'], 200);
    fixture.upstream.respondWith(() => ({ body: 'x'.repeat(2000) }));
    const { kwargs } = await fixture.caller.call(GET, { id: 1 });
    const { id, code, status, attempts } = kwargs;
    expect(lines()).toMatchObject([
      {
        level: 'warn',
        id,
        code,
        status,
        attempts,
        cause: 'the response is larger than allowed (1024 bytes)',
      },
    ]);
  });

  it("has a caller's mistake at level info", async () => {
    await set();
    const { kwargs } = await fixture.caller.call(GET, { 's3cret-name': 1 });
    expect(lines()).toMatchObject([{ level: 'info', code: 'bad_request', status: 400, id: kwargs['id'] }]);
    expect(fixture.log.text()).not.toContain('s3cret');
  });

  it.each([200, 304, 404, 429])('has no line for a response with status %i', async (status) => {
    await set([], status);
    await fixture.caller.call(POST, { a: 1 });
    expect(lines()).toEqual([]);
  });

  it('combines lines with the same cause from the eleventh on, for all procedures together', async () => {
    await set();
    for (let n = 0; n < 25; n++) await fixture.caller.call(n % 2 === 0 ? GET : POST, { id: n });
    await fixture.caller.call(GET, {});
    expect(lines().map(({ cause }) => cause)).toEqual([
      ...Array(10).fill('the upstream answered 503'),
      'the kwargs were refused',
    ]);
    await stop();
    expect(lines().slice(11)).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        msg: 'call failed, 15 more times: summed up',
        service: 'billing',
        host: new URL(fixture.upstream.url).host,
        status: 503,
        cause: 'the upstream answered 503',
        repeated: 15,
        within_ms: expect.any(Number),
      },
    ]);
  });

  it('treats all timeouts that callers choose as one cause', async () => {
    await set();
    fixture.upstream.respondWith(() => HANG);
    const calls = Array.from({ length: 15 }, (_, n) =>
      fixture.caller.call(POST, {}, { options: { timeout: 40 + n } }),
    );
    await Promise.all(calls);
    expect(lines()).toHaveLength(10);
    expect(new Set(lines().map(({ cause }) => cause))).toEqual(
      new Set(['no complete response before the deadline']),
    );
  });

  it('masks the host when base_url has variables', async () => {
    const conf = (url: string) =>
      ['a', 'b', 'c']
        .map((name) => `rpc_gateway.services.${name}.`)
        .flatMap((service, index) => [
          `${service}base_url = ${['{{all}}', 'https://{{name}}.example.com', 'http://{{name}}:8080/x'][index]}`,
          `${service}auth.vars.${index === 0 ? `all = ${url}` : 'name = s3cret.invalid'}`,
          `${service}retries = 0`,
          `${service}procedures.p.uri = com.p${index}`,
          `${service}procedures.p.realm = com.example.myrealm`,
        ])
        .join('\n');
    fixture = await openGatewayFixture({ conf, respond: () => ({ status: 500 }) });
    open = true;
    for (const index of [0, 1, 2]) await fixture.caller.call(`com.p${index}`, {});
    expect(lines().map(({ host }) => host)).toEqual(['***', '***.example.com:443', '***:8080']);
    expect(fixture.log.text()).not.toContain('s3cret');
  });

  it('has a line for every call, and combines none, with log.calls = all', async () => {
    await set(['log.calls = all'], 200);
    await fixture.caller.call(GET, { id: 's3cret' });
    fixture.upstream.respondWith(() => ({ status: 404 }));
    await fixture.caller.call(GET, { id: 1 });
    fixture.upstream.respondWith(() => ({ status: 500 }));
    for (let n = 0; n < 12; n++) await fixture.caller.call(GET, { id: 1 });
    await fixture.caller.call(GET, {});
    expect(lines().map(({ msg, status }) => `${msg} ${status}`)).toEqual([
      'call answered 200',
      'call answered 404',
      ...Array(12).fill('call failed 500'),
      'call failed 400',
    ]);
    expect(lines()[0]).toMatchObject({
      level: 'info',
      procedure: GET,
      attempts: 1,
      duration_ms: expect.any(Number),
    });
    expect(fixture.log.text()).not.toContain('s3cret');
  });

  it('has no line with log.calls = off', async () => {
    await set(['log.calls = off']);
    await fixture.caller.call(GET, { id: 1 });
    await fixture.caller.call(GET, {});
    expect(lines()).toEqual([]);
  });
});

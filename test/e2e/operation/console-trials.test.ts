import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../../../src/status/trial.js';
import { REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type ConsoleFixture, openConsole } from '../../support/console-fixture.js';
import { HANG } from '../../support/recording-upstream.js';

const closing = closeAfterEach();

const GET = { realm: REALM, uri: 'com.billing.get_invoice' };
const CREATE = { realm: REALM, uri: 'com.billing.create_invoice' };
const query = (place: object) => new URLSearchParams({ ...place });

const open = async (lines: readonly string[] = [], options: Parameters<typeof openConsole>[1] = {}) =>
  closing(await openConsole(lines, options));

/** Makes the API answer nothing until `respond`. */
function hold({ upstream }: ConsoleFixture) {
  let respond = (): void => {};
  const held = new Promise<void>((resolve) => {
    respond = resolve;
  });
  upstream.respondWith(async () => {
    await held;
    return { json: { ok: true } };
  });
  return respond;
}

describe('the form of a procedure', () => {
  it('has its arguments', async () => {
    const { get } = await open();
    const { status, json } = await get(`/procedure?${query(GET)}`);
    expect([status, json]).toEqual([
      200,
      {
        ...GET,
        service: 'billing',
        method: 'GET',
        path: '/invoices/{{id}}',
        arguments: [
          {
            name: 'id',
            places: ['path'],
            required: true,
            default: null,
            type: null,
            choices: null,
            description: null,
          },
        ],
        remaining: 'query',
        calls_allowed: true,
      },
    ]);
  });

  it.each([
    ['?realm=com.example.myrealm', 400],
    ['?uri=com.billing.get_invoice', 400],
    ['?realm=com.example.myrealm&uri=a&uri=b', 400],
    ['?realm=com.example.myrealm&uri=com.billing.get_invoice&id=1', 400],
    ['?realm=com.example.myrealm&uri=com.billing.none', 404],
    ['?realm=other&uri=com.billing.get_invoice', 404],
  ])('is not there with %s', async (text, status) => {
    const { get } = await open();
    expect((await get(`/procedure${text}`)).status).toBe(status);
  });
});

describe('a preview', () => {
  it('is the request, and sends nothing', async () => {
    const { post, upstream } = await open(['+auth.vars.token = s3cret']);
    const { status, json } = await post('/preview', { ...GET, kwargs: { id: 'INV-1', expand: 'lines' } });
    expect([status, json]).toMatchObject([
      200,
      {
        kind: 'request',
        request: { method: 'GET', url: `${upstream.url}/invoices/INV-1?expand=lines`, body: null },
      },
    ]);
    expect(JSON.stringify(json)).not.toContain('s3cret');
    expect(upstream.requests).toHaveLength(0);
  });

  it('says what is wrong', async () => {
    const { post } = await open();
    expect(await post('/preview', GET)).toMatchObject({ status: 200, json: { kind: 'bad_request' } });
    expect((await post('/preview', { ...GET, uri: 'com.none' })).status).toBe(404);
  });
});

describe('a call by an operator', () => {
  it('goes through the pipeline, and counts as a call', async () => {
    const { post, upstream, gateway, log } = await open(['+headers.X-Caller = {{caller.authrole}}']);
    const { status, json } = await post('/call', { ...CREATE, kwargs: { amount: 2500 } });
    expect([status, json]).toEqual([
      200,
      {
        outcome: 'ok',
        error: null,
        status: 200,
        code: null,
        message: null,
        id: null,
        duration_ms: expect.any(Number),
        attempts: 1,
        retry_after: null,
        body: { kind: 'json', value: { ok: true } },
        is_cut: false,
        has_more: false,
      },
    ]);
    const { text, headers } = await upstream.arrived(1);
    expect([text, headers['x-caller']]).toEqual(['{"amount":2500}', 'console']);
    expect(gateway.status().services[0]).toMatchObject({ in_flight: 0, last_minute: { calls: 1 } });
    expect(gateway.callCount).toBe(1);
    expect(log.records()).toContainEqual(
      expect.objectContaining({
        msg: 'an operator acted',
        action: 'call',
        procedure: CREATE.uri,
        outcome: 'ok',
      }),
    );
  });

  it('keeps every digit of large integers in both directions', async () => {
    const { post, upstream } = await open([], {
      respond: () => ({
        headers: { 'content-type': 'application/json' },
        body: '{"id":98765432109876543210}',
      }),
    });
    const kwargs = '{"id":12345678901234567890}';
    const { text } = await post(
      '/call',
      JSON.stringify({ ...CREATE, kwargs: 0 }).replace(/0}$/, `${kwargs}}`),
    );
    expect((await upstream.arrived(1)).text).toBe(kwargs);
    expect(text).toContain('"value":{"id":98765432109876543210}');
  });

  it('has the error of the gateway as its result', async () => {
    const { post, upstream } = await open(['+retries = 0']);
    await upstream.close();
    const { status, json } = await post('/call', { ...GET, kwargs: { id: 1 } });
    expect([status, json]).toMatchObject([
      200,
      { outcome: 'connect', status: 502, code: 'connect', id: expect.stringMatching(/^\w{8}$/), attempts: 1 },
    ]);
    expect((await post('/call', GET)).json).toMatchObject({ outcome: 'bad_request', attempts: 0 });
  });

  it('has the number of attempts', async () => {
    const { post } = await open(['+retries = 1', '+retry.statuses = 503'], {
      respond: ({ number }) => ({ status: number === 1 ? 503 : 200, headers: { 'retry-after': '0' } }),
    });
    expect((await post('/call', { ...GET, kwargs: { id: 1 } })).json).toMatchObject({ attempts: 2 });
  });

  it('ends when the operator leaves', async () => {
    const { post, upstream, gateway, log } = await open();
    upstream.respondWith(() => HANG);
    const abort = new AbortController();
    const called = post('/call', { ...GET, kwargs: { id: 1 } }, { signal: abort.signal });
    const { responded } = await upstream.arrived(1);
    abort.abort();
    await expect(called).rejects.toThrow();
    expect(await responded).toBe(false);
    await expect.poll(() => gateway.status().services[0]?.in_flight).toBe(0);
    expect(log.records()).toContainEqual(expect.objectContaining({ code: 'canceled' }));
  });

  it('is one of 20 at a time', async () => {
    const fixture = await open(['+pool.size = 30']);
    const respond = hold(fixture);
    const call = async () => (await fixture.post('/call', { ...GET, kwargs: { id: 1 } })).status;
    const calls = Array.from({ length: 20 }, call);
    await fixture.upstream.arrived(20);
    expect(await call()).toBe(503);
    respond();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 200));
    expect(await call()).toBe(200);
  });

  it('may end while the gateway stops, and a new one is refused', async () => {
    const fixture = await open();
    const respond = hold(fixture);
    const called = fixture.post('/call', { ...GET, kwargs: { id: 1 } });
    await fixture.upstream.arrived(1);
    const stopped = fixture.gateway.stop();
    const late = await fixture.post('/call', { ...GET, kwargs: { id: 1 } });
    expect(late.json).toMatchObject({ outcome: 'down', attempts: 0 });
    respond();
    expect((await called).json).toMatchObject({ outcome: 'ok' });
    await stopped;
  });

  it('ends after the grace period of a stop', async () => {
    const { post, upstream, gateway } = await open();
    upstream.respondWith(() => HANG);
    const called = post('/call', { ...GET, kwargs: { id: 1 } });
    await upstream.arrived(1);
    await gateway.stop(0);
    expect((await called).json).toMatchObject({ outcome: 'down' });
  });

  it('may have a megabyte of kwargs, and not more', async () => {
    const { post } = await open();
    const kwargs = { note: 'x'.repeat(1_000_000) };
    expect((await post('/call', { ...CREATE, kwargs })).json).toMatchObject({ outcome: 'ok' });
    expect((await post('/call', { ...CREATE, kwargs: { note: 'x'.repeat(1_100_000) } })).status).toBe(413);
  });

  it.each([
    [{ ...GET, kwargs: [] }, 400],
    [{ ...GET, kwargs: null }, 400],
    [{ ...GET, args: [] }, 400],
    [{ uri: GET.uri }, 400],
    [{ ...GET, realm: 7 }, 400],
    [`{"realm":${'['.repeat(600)}`, 400],
    [{ ...GET, uri: 'com.billing.none' }, 404],
  ])('is refused for %j', async (body, status) => {
    const { post, upstream } = await open();
    expect((await post('/call', body)).status).toBe(status);
    expect(upstream.requests).toHaveLength(0);
  });

  it('passes no router, so no grants bind it', async () => {
    const { post, caller } = await open(['wamp.max_pending_calls = 1']);
    expect(caller.session).toBeGreaterThan(0);
    expect(
      ((await post('/call', { ...GET, kwargs: { id: 1 } })).json as unknown as TrialResult).outcome,
    ).toBe('ok');
  });
});

describe('admin.console_calls', () => {
  it.each([
    ['off', ['admin.console_calls = off']],
    [
      'a listener that other machines can reach',
      ['listeners.ops.ip = 0.0.0.0', 'admin.token = a-long-and-secret-token'],
    ],
  ])('refuses calls with %s', async (_, lines) => {
    const { post, get, upstream } = await open(lines);
    const headers = { authorization: 'Bearer a-long-and-secret-token' };
    const refused = await post('/call', { ...GET, kwargs: { id: 1 } }, { headers });
    expect([refused.status, refused.json]).toMatchObject([403, { error: 'off' }]);
    expect((await post('/preview', { ...GET, kwargs: { id: 1 } }, { headers })).status).toBe(200);
    expect((await get(`/procedure?${query(GET)}`, { headers })).json).toMatchObject({ calls_allowed: false });
    expect(upstream.requests).toHaveLength(0);
  });

  it('allows calls also where other machines can reach the listener', async () => {
    const { post } = await open([
      'listeners.ops.ip = 0.0.0.0',
      'admin.token = a-long-and-secret-token',
      'admin.console_calls = on',
    ]);
    const headers = { authorization: 'Bearer a-long-and-secret-token' };
    expect((await post('/call', { ...GET, kwargs: { id: 1 } }, { headers })).status).toBe(200);
  });
});

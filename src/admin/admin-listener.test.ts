import { describe, expect, it, vi } from 'vitest';
import { type AdminFixtureOptions, openAdminFixture } from '../../test/support/admin-fixture.js';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { openRawHttp, rawRequest, requestText } from '../../test/support/raw-http.js';
import type { ReloadOutcome } from '../status/actions.js';

const closing = closeAfterEach();

async function open(options: AdminFixtureOptions = {}) {
  return closing(await openAdminFixture(options));
}

const HOST = 'Host: localhost';
const JSON_BODY = 'Content-Type: application/json';

describe('the paths of an admin listener', () => {
  it.each(['/livez', '/ping'])('answers %s while the event loop turns', async (path) => {
    const { url } = await open({ operations: { readiness: () => ({ ready: false, missing: ['x'] }) } });
    const { status, body } = await rawRequest(url, requestText(path, [HOST]));
    expect([status, JSON.parse(body)]).toEqual([200, { live: true }]);
  });

  it.each(['/readyz', '/ready'])('lists at %s what is missing', async (path) => {
    let missing: readonly string[] = ['the listener clients'];
    const { url } = await open({
      operations: { readiness: () => ({ ready: missing.length === 0, missing }) },
    });
    const before = await rawRequest(url, requestText(path, [HOST]));
    missing = [];
    const after = await rawRequest(url, requestText(path, [HOST]));
    expect([before.status, JSON.parse(before.body)]).toEqual([
      503,
      { ready: false, missing: ['the listener clients'] },
    ]);
    expect([after.status, JSON.parse(after.body)]).toEqual([200, { ready: true, missing: [] }]);
  });

  it('answers /metrics in the text format', async () => {
    const { url } = await open();
    const { status, headers, body } = await rawRequest(url, requestText('/metrics', [HOST]));
    expect([status, headers.get('content-type')]).toEqual([
      200,
      ['text/plain; version=0.0.4; charset=utf-8'],
    ]);
    expect(body).toContain('rpc_gateway_service_up');
  });

  it('answers /status as JSON', async () => {
    const { url } = await open();
    const { status, headers, body } = await rawRequest(url, requestText('/status', [HOST]));
    expect([status, headers.get('content-type')]).toEqual([200, ['application/json; charset=utf-8']]);
    expect(JSON.parse(body)).toEqual({ version: '1.2.3', state: 'ready' });
  });

  it('answers HEAD without a body', async () => {
    const { url } = await open();
    const http = closing(await openRawHttp(url));
    http.send(requestText('HEAD /status', [HOST, 'Connection: close']));
    await http.closed;
    await expect(http.response()).rejects.toThrow(/HTTP\/1\.1 200 OK.*content-length: \d+.*\\r\\n\\r\\n"$/s);
  });

  it.each([
    ['GET /nothing', 404, 'not_found'],
    ['GET /status/', 404, 'not_found'],
    ['GET /STATUS', 404, 'not_found'],
    ['POST /services/billing/explode', 404, 'not_found'],
    ['POST /services/billing', 405, 'method'],
    ['GET /services/shop', 404, 'unknown'],
    ['GET /services/shop?x=1', 400, 'bad_request'],
    ['POST /status', 405, 'method'],
    ['GET /reload', 405, 'method'],
    ['GET /services/billing/enable', 405, 'method'],
    ['HEAD /reload', 405, 'method'],
    ['DELETE /status', 405, 'method'],
    ['OPTIONS /status', 405, 'method'],
    ['TRACE /status', 405, 'method'],
    ['PROPFIND /status', 405, 'method'],
  ])('answers %s with %i', async (target, status, error) => {
    const { url } = await open();
    const http = closing(await openRawHttp(url));
    http.send(requestText(target, [HOST, 'Connection: close']));
    if (target.startsWith('HEAD')) {
      await http.closed;
      await expect(http.response()).rejects.toThrow(`HTTP/1.1 ${status}`);
      return;
    }
    const response = await http.response();
    expect([response.status, JSON.parse(response.body)]).toEqual([
      status,
      { error, message: expect.any(String) },
    ]);
  });

  it('says which methods a path allows', async () => {
    const { url } = await open();
    const get = await rawRequest(url, requestText('GET /reload', [HOST]));
    const post = await rawRequest(url, requestText('POST /status', [HOST]));
    const put = await rawRequest(url, requestText('PUT /status', [HOST]));
    expect([get, post, put].map(({ headers }) => headers.get('allow'))).toEqual([
      ['POST'],
      ['GET, HEAD'],
      ['GET, HEAD, POST'],
    ]);
  });

  it('sends the security headers with every response', async () => {
    const { url } = await open();
    for (const text of [
      requestText('/status', [HOST]),
      requestText('/nothing', [HOST]),
      requestText('/status', ['Host: evil.example.com']),
      'not HTTP\r\n\r\n',
    ]) {
      const { headers } = await rawRequest(url, text);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': ['no-store'],
        'content-security-policy': ["default-src 'none'; frame-ancestors 'none'"],
        'x-content-type-options': ['nosniff'],
      });
    }
  });

  it('hides the cause of a bug from the client, and logs its place', async () => {
    const { url, log } = await open({
      operations: {
        status() {
          throw new Error('a secret detail');
        },
      },
    });
    const { status, body } = await rawRequest(url, requestText('/status', [HOST]));
    expect([status, JSON.parse(body)]).toEqual([500, { error: 'internal', message: expect.any(String) }]);
    expect(`${body}${log.text()}`).not.toContain('a secret detail');
    expect(log.records()).toContainEqual(
      expect.objectContaining({ level: 'error', at: expect.stringContaining('.test.ts') }),
    );
  });
});

describe('the actions of an admin listener', () => {
  it.each(['enable', 'disable', 'probe', 'refresh-token', 'refresh-secret'])(
    'does %s for a service, and logs who did it',
    async (action) => {
      const act = vi.fn(async () => ({ kind: 'done', detail: 'it is done' }) as const);
      const { url, log } = await open({ operations: { act } });
      const { status, body } = await rawRequest(url, requestText(`POST /services/billing/${action}`, [HOST]));
      expect([status, JSON.parse(body)]).toEqual([200, { outcome: 'done', detail: 'it is done' }]);
      expect(act.mock.calls).toEqual([['billing', action.replace('-', '_')]]);
      const records = log.records().filter(({ msg }) => msg === 'an operator acted');
      expect(records).toEqual([
        expect.objectContaining({ action, service: 'billing', from: '127.0.0.1', outcome: 'done' }),
      ]);
    },
  );

  it.each([
    ['unknown', 404],
    ['impossible', 409],
    ['failed', 422],
  ] as const)('answers an action that is %s with %i and the reason', async (kind, expected) => {
    const { url } = await open({ operations: { act: async () => ({ kind, reason: 'because of it' }) } });
    const { status, body } = await rawRequest(url, requestText('POST /services/billing/probe', [HOST]));
    expect([status, JSON.parse(body)]).toEqual([expected, { error: kind, message: 'because of it' }]);
  });

  it('does not log the name of an unknown service', async () => {
    const { url, log } = await open();
    await rawRequest(url, requestText('POST /services/hunter2/probe', [HOST]));
    expect(log.text()).toContain('an operator acted');
    expect(log.text()).not.toContain('hunter2');
  });

  it.each([
    ['POST /reload', '', false],
    ['POST /reload?dry_run=true', '', true],
    ['POST /reload?dry_run=false', '', false],
    ['POST /reload', '{"dry_run":true}', true],
    ['POST /reload', '{}', false],
  ])('reloads with %s and the body %j', async (target, body, dryRun) => {
    const outcome: ReloadOutcome = {
      kind: 'done',
      changes: [{ what: 'service', name: 'billing', change: 'changed', effect: '' }],
      notices: ['bondy.conf:3: a notice'],
    };
    const reload = vi.fn(async () => outcome);
    const { url } = await open({ operations: { reload } });
    const lines = body === '' ? [HOST] : [HOST, JSON_BODY, `Content-Length: ${body.length}`];
    const response = await rawRequest(url, requestText(target, lines, body));
    expect([response.status, JSON.parse(response.body)]).toEqual([
      200,
      { outcome: 'done', dry_run: dryRun, changes: outcome.changes, notices: outcome.notices },
    ]);
    expect(reload.mock.calls).toEqual([[{ dryRun }]]);
  });

  it.each([
    ['POST /reload?dryrun=true', ''],
    ['POST /reload?dry_run=yes', ''],
    ['POST /reload?dry_run=true&dry_run=false', ''],
    ['POST /reload?dry_run=true', '{"dry_run":true}'],
    ['POST /reload', '{"dry-run":true}'],
    ['POST /reload', '{"dry_run":1}'],
    ['POST /reload', '[]'],
    ['POST /reload', 'null'],
    ['POST /reload', '{'],
    ['POST /reload', '{"__proto__":{"dry_run":true}}'],
  ])('does not reload with %s and the body %j', async (target, body) => {
    const reload = vi.fn();
    const { url } = await open({ operations: { reload } });
    const lines = body === '' ? [HOST] : [HOST, JSON_BODY, `Content-Length: ${body.length}`];
    const response = await rawRequest(url, requestText(target, lines, body));
    expect([response.status, JSON.parse(response.body)]).toEqual([
      400,
      { error: 'bad_request', message: expect.any(String) },
    ]);
    expect(reload).not.toHaveBeenCalled();
  });

  it('answers every problem of a refused reload', async () => {
    const problems = ['bondy.conf:1: a: is wrong', 'bondy.conf:2: b: is wrong'];
    const { url } = await open({ operations: { reload: async () => ({ kind: 'refused', problems }) } });
    const { status, body } = await rawRequest(url, requestText('POST /reload', [HOST]));
    expect([status, JSON.parse(body)]).toEqual([
      422,
      { error: 'refused', message: expect.any(String), problems },
    ]);
  });

  it.each([
    ['failed', 422],
    ['impossible', 409],
  ] as const)('answers a reload that is %s with %i and the reason', async (kind, expected) => {
    const { url } = await open({ operations: { reload: async () => ({ kind, reason: 'because of it' }) } });
    const { status, body } = await rawRequest(url, requestText('POST /reload', [HOST]));
    expect([status, JSON.parse(body)]).toEqual([expected, { error: kind, message: 'because of it' }]);
  });
});

describe('the connections of an admin listener', () => {
  it('closes a connection on which no request comes', async () => {
    const clock = createFakeClock();
    const { url } = await open({ clock });
    const http = closing(await openRawHttp(url));
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(9_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    await http.closed;
    expect(clock.pending).toBe(0);
  });

  it('closes a connection whose next request comes byte by byte', async () => {
    const clock = createFakeClock();
    const { url } = await open({ clock });
    const http = closing(await openRawHttp(url));
    http.send(requestText('/livez', [HOST]));
    expect((await http.response()).status).toBe(200);
    for (const byte of 'GET /livez HT') {
      http.send(byte);
      clock.advance(5_000);
    }
    clock.advance(10_000);
    await http.closed;
  });

  it('closes a connection whose body does not come', async () => {
    const clock = createFakeClock();
    const fixture = await open({ clock });
    const http = closing(await openRawHttp(fixture.url));
    http.send(requestText('POST /reload', [HOST, JSON_BODY, 'Content-Length: 10'], '{'));
    // From now on the limit of a running request counts.
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(fixture.connections).toBe(1);
    });
    clock.advance(60_000);
    await http.closed;
  });

  it('closes the connection that is idle for the longest time when there are too many', async () => {
    const fixture = await open();
    const idle = [];
    for (let count = 0; count < 100; count++) idle.push(closing(await openRawHttp(fixture.url)));
    await vi.waitFor(() => expect(fixture.connections).toBe(100));
    const { status } = await rawRequest(fixture.url, requestText('/livez', [HOST]));
    expect(status).toBe(200);
    await idle[0]!.closed;
    expect(idle[1]!.socket.closed).toBe(false);
  });

  it('refuses a connection while all others are busy', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let running = 0;
    const fixture = await open({
      operations: {
        async metrics() {
          running++;
          await held;
          return '';
        },
      },
    });
    const busy = [];
    for (let count = 0; count < 100; count++) {
      const http = closing(await openRawHttp(fixture.url));
      http.send(requestText('/metrics', [HOST]));
      busy.push(http);
    }
    await vi.waitFor(() => expect(running).toBe(100));
    await (await openRawHttp(fixture.url)).closed;
    release();
    for (const http of busy) expect((await http.response()).status).toBe(200);
  });

  it('answers pipelined requests in order, one at a time', async () => {
    let running = 0;
    let most = 0;
    const fixture = await open({
      operations: {
        async metrics() {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return '';
        },
      },
    });
    const http = closing(await openRawHttp(fixture.url));
    http.send(`${requestText('/metrics', [HOST]).repeat(3)}${requestText('/nothing', [HOST])}`);
    const statuses = [];
    for (let count = 0; count < 4; count++) statuses.push((await http.response()).status);
    expect([statuses, most]).toEqual([[200, 200, 200, 404], 1]);
  });

  it('closes a connection with too many pipelined requests', async () => {
    const status = vi.fn(() => ({}) as never);
    const { url } = await open({ operations: { status } });
    const http = closing(await openRawHttp(url));
    http.send(requestText('/status', [HOST]).repeat(1_000));
    await http.closed;
    expect(status.mock.calls.length).toBeLessThan(10);
  });

  it('closes idle connections at once, and others after their responses', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const metrics = vi.fn(async () => {
      await held;
      return 'late\n';
    });
    const fixture = await openAdminFixture({ operations: { metrics } });
    const idle = closing(await openRawHttp(fixture.url));
    const busy = closing(await openRawHttp(fixture.url));
    busy.send(requestText('/metrics', [HOST]));
    await vi.waitFor(() => expect([metrics.mock.calls.length, fixture.connections]).toEqual([1, 2]));
    const closed = fixture.close();
    await idle.closed;
    release();
    expect((await busy.response()).body).toBe('late\n');
    await closed;
    await busy.closed;
  });

  it('cuts requests that do not end when the listener closes', async () => {
    const clock = createFakeClock();
    const metrics = vi.fn(() => new Promise<string>(() => {}));
    const fixture = await openAdminFixture({ clock, operations: { metrics } });
    const http = closing(await openRawHttp(fixture.url));
    http.send(requestText('/metrics', [HOST]));
    await vi.waitFor(() => expect(metrics).toHaveBeenCalled());
    const closed = fixture.close();
    clock.advance(1_000);
    await closed;
    await http.closed;
    expect(clock.pending).toBe(0);
  });
});

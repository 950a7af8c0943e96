import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import {
  type AnswerHandler,
  CLOSE,
  HANG,
  RESET,
  type RecordingUpstream,
  type RecordingUpstreamOptions,
  startRecordingUpstream,
} from '../../test/support/recording-upstream.js';
import { type Clock, systemClock } from '../clock.js';
import { silentObserver } from '../observe/observer.js';
import { createTurns } from '../turns.js';
import { createAbandonments } from './abandonments.js';
import { cancelCall, createCallControl, freePlace } from './call-control.js';
import {
  type Connection,
  type ConnectionPool,
  type ConnectionState,
  createConnectionPool,
  type PoolOptions,
} from './connection-pool.js';
import { type ExchangeLimits, type ExchangeRules, exchange } from './exchange.js';
import type { HttpMethod, HttpRequest } from './http-message.js';
import { createRetryBudget } from './retry-budget.js';
import { SharedBytes } from './shared-bytes.js';
import { readUpstreamTls } from './tls.js';
import { createUpstream, type Sending, type UpstreamOptions } from './upstream.js';
import { createWaitingMemory } from './waiting-memory.js';

const clock = systemClock;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  handler: AnswerHandler,
  options: RecordingUpstreamOptions = {},
): Promise<RecordingUpstream> {
  const server = await startRecordingUpstream(handler, options);
  closers.push(() => server.close());
  return server;
}

const TLS = {
  tls_verify: 'verify_peer',
  'tls.cacertfile': undefined,
  'tls.certfile': undefined,
  'tls.keyfile': undefined,
  'tls.servername': undefined,
} as const;

function connect(
  origin: string,
  options: Partial<UpstreamOptions> = {},
  pool: Partial<PoolOptions> = {},
  clock: Clock = systemClock,
) {
  const connections = createConnectionPool(
    {
      origin,
      size: 25,
      maxWaiting: 100,
      connectTimeoutMs: 2_000,
      idleTimeoutMs: 60_000,
      maxLifetimeMs: 300_000,
      maxBodyBytes: 1_000_000,
      maxHeaderBytes: 65_536,
      tls: readUpstreamTls(TLS),
      ...pool,
    },
    clock,
    Math.random,
    createTurns(clock),
  );
  const upstream = createUpstream(
    {
      timeoutMs: 5_000,
      recvTimeoutMs: 60_000,
      checkoutTimeoutMs: 2_000,
      maxResponseBytes: 1_000_000,
      maxHeaderBytes: 65_536,
      maxRedirects: 0,
      reusesConnections: true,
      keepsPlaces: false,
      retry: { retries: 0, statuses: new Set() },
      ...options,
    },
    {
      pool: connections,
      budget: createRetryBudget(),
      abandonments: createAbandonments(25, 5_000),
      waiting: createWaitingMemory(1_000_000, new SharedBytes(1_000_000)),
      clock,
      random: () => 0,
      exchange,
      observer: silentObserver,
      service: 'billing',
    },
  );
  closers.push(() => upstream.close());
  return { upstream, pool: connections };
}

const request = (origin: string, method: HttpMethod = 'GET', path = '/x'): HttpRequest => ({
  method,
  origin,
  path,
  headers: ['Accept', 'application/json'],
  body: method === 'POST' ? '{"a":1}' : undefined,
});
const RULES: ExchangeRules = {
  abandonments: createAbandonments(25, 5_000),
  closes: false,
  recvTimeoutMs: 600_000,
  maxBytes: 1_000,
  maxHeaderBytes: 65_536,
};
const sending = (request: HttpRequest, replayable: boolean, rest: Partial<Sending> = {}): Sending => ({
  ...{ request, replayable, notAfter: Number.POSITIVE_INFINITY, attempted: 0, now: clock.monotonic() },
  ...rest,
});
const within = (ms: number) => createCallControl(clock.monotonic() + ms);
const retrying = (retries: number) => ({ retry: { retries, statuses: new Set<number>() } });

describe('one exchange', () => {
  it('sends the request as given and returns the response', async () => {
    const server = await serve(() => ({
      status: 201,
      json: { id: 'INV-002' },
      headers: { 'x-a': ['1', '2'] },
    }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(
      sending(request(server.url, 'POST', '/a%2Fb?c=d'), false),
      within(5_000),
    );
    expect(outcome).toMatchObject({ kind: 'response', attempts: 1, response: { status: 201 } });
    const [arrived] = server.requests;
    expect(arrived).toMatchObject({ method: 'POST', url: '/a%2Fb?c=d', text: '{"a":1}' });
  });

  it.each<[string, number, Record<string, string>]>([
    ['has 64 KB', 65_536, {}],
    ['unpacks to 64 KB', 65_536, { 'content-encoding': 'gzip' }],
  ])('keeps its place in the pool while it reads a response that %s', async (_, size, headers) => {
    const text = 'x'.repeat(size);
    const body = 'content-encoding' in headers ? gzipSync(text) : text;
    const server = await serve(() => ({ body, headers }));
    const { upstream, pool } = connect(server.url, { keepsPlaces: true });
    const control = within(5_000);
    expect((await upstream.send(sending(request(server.url), true), control)).kind).toBe('response');
    expect(pool.busy).toBe(1);
    freePlace(control);
    expect(pool.busy).toBe(0);
    freePlace(control);
    expect(pool.busy).toBe(0);
  });

  it.each<[string, number, number, Record<string, string>?]>([
    ['is shorter', 65_535, 200],
    ['is shorter and compressed', 65_535, 200, { 'content-encoding': 'gzip' }],
    ['is broken', 65_536, 200, { 'content-encoding': 'br' }],
    ['causes a retry', 65_536, 503],
  ])(
    'does not keep its place in the pool after a response that %s',
    async (_, size, status, headers = {}) => {
      const text = 'x'.repeat(size);
      const body = 'content-encoding' in headers ? gzipSync(text) : text;
      let count = 0;
      const server = await serve(() => (++count > 1 ? {} : { status, body, headers }));
      const retry = { retries: 1, statuses: new Set([503]) };
      const { upstream, pool } = connect(server.url, { keepsPlaces: true, retry });
      const control = within(5_000);
      await upstream.send(sending(request(server.url), true), control);
      expect(pool.busy).toBe(0);
      expect(control.place).toBeUndefined();
    },
  );

  it('decodes a compressed response', async () => {
    const server = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('hello') }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome.kind === 'response' && outcome.response.body.toString()).toBe('hello');
  });

  it.each<[string, AnswerHandler, string]>([
    ['is larger than allowed, as announced', () => ({ body: 'x'.repeat(2_000) }), 'bad_answer'],
    [
      'is larger than allowed, in chunks',
      (_, response) => {
        response.write('x'.repeat(600));
        response.end('x'.repeat(600));
        return 'handled';
      },
      'bad_answer',
    ],
    ['is not HTTP', () => ({ raw: 'SSH-2.0-OpenSSH_9.2\r\n', afterwards: 'close' }), 'bad_answer'],
    [
      'has too long headers',
      () => ({ raw: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`, afterwards: 'close' }),
      'bad_answer',
    ],
    [
      'switches protocols unexpectedly',
      () => ({
        raw: 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
        afterwards: 'hang',
      }),
      'bad_answer',
    ],
    [
      'is an event stream',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: 1\n\n');
        return 'handled';
      },
      'bad_answer',
    ],
    [
      'is shorter than announced',
      () => ({ raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', afterwards: 'close' }),
      'connect',
    ],
    [
      'ends within a chunk',
      () => ({ raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', afterwards: 'close' }),
      'connect',
    ],
    [
      'has two lengths',
      () => ({
        raw: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nab',
        afterwards: 'close',
      }),
      'bad_answer',
    ],
    ['does not arrive before a reset', () => RESET, 'connect'],
    ['does not arrive before the connection closes', () => CLOSE, 'connect'],
  ])('fails with the right code if the response %s', async (_, handler, code) => {
    const server = await serve(handler);
    const { upstream, pool } = connect(server.url, { maxResponseBytes: 1_000 });
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code, sent: true, attempts: 1 });
    expect(pool.busy).toBe(0);
    server.answerWith(() => ({ body: 'recovered' }));
    expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
      kind: 'response',
    });
  });

  it('skips an interim response', async () => {
    const raw =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const server = await serve(() => ({ raw, afterwards: 'hang' }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200 } });
  });
});

describe('the time limit', () => {
  it('ends an attempt at its timeout and closes its connection', async () => {
    const server = await serve(() => HANG);
    const { upstream } = connect(server.url, { timeoutMs: 60 });
    const outcome = await upstream.send(sending(request(server.url), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: true, attempts: 1 });
    expect(await (await server.arrived(1)).answered).toBe(false);
  });

  it('ends all attempts at the deadline', async () => {
    const server = await serve(() => HANG);
    const still = createFakeClock();
    const { upstream } = connect(server.url, { timeoutMs: 60, ...retrying(9) }, {}, still);
    const outcome = upstream.send(
      sending(request(server.url), true, { now: still.monotonic() }),
      createCallControl(100),
    );
    await server.arrived(1);
    still.advance(60);
    await vi.waitFor(() => {
      // The pause before the second attempt is 0 ms with this `random`, but it still uses a timer.
      still.advance(0);
      expect(server.requests).toHaveLength(2);
    });
    still.advance(40);
    expect(await outcome).toMatchObject({ kind: 'failure', code: 'timeout', attempts: 2 });
  });

  it('keeps a call from being sent after its deadline', async () => {
    const server = await serve(() => ({}));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(-1));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', attempts: 0 });
    expect(server.requests).toHaveLength(0);
  });

  it('treats a body that stops half-way as silence', async () => {
    const server = await serve((_, response) => {
      response.write('half');
      return 'handled';
    });
    const { upstream } = connect(server.url, { recvTimeoutMs: 80 });
    const outcome = await upstream.send(sending(request(server.url), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: true });
  });
});

describe('a request with `notAfter`', () => {
  it('is not sent after that time, and its connection stays good', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1 });
    await upstream.send(sending(request(server.url), true), within(5_000));
    const late = await upstream.send(
      sending(request(server.url), true, { notAfter: clock.monotonic() - 1, attempted: 2 }),
      within(5_000),
    );
    expect(late).toEqual({ kind: 'expired', sent: false, attempts: 2 });
    const again = await upstream.send(
      sending(request(server.url), true, { notAfter: clock.monotonic() + 5_000, attempted: 2 }),
      within(5_000),
    );
    expect(again).toMatchObject({ kind: 'response', attempts: 3 });
    expect([server.requests.length, server.connections]).toEqual([2, 1]);
  });

  it('is not sent if that time passes while its connection is opened', async () => {
    const still = createFakeClock();
    const server = await serve(() => ({ body: 'ok' }));
    const { pool } = connect(server.url);
    const connection = await pool.checkout(1_000, within(5_000), clock.monotonic());
    const startedAt = still.monotonic();
    const limits = {
      rules: RULES,
      now: startedAt,
      timeoutMs: 5_000,
      wholeMs: 0,
      timer: undefined,
      notAfter: startedAt + 10,
    };
    const result = exchange(connection as Connection, request(server.url), limits, still, within(5_000));
    still.advance(10);
    expect((await result).outcome).toEqual({ kind: 'expired', sent: false });
    expect(server.requests).toEqual([]);
  });
});

describe('the silence of an upstream', () => {
  it('is measured from its last byte', async () => {
    const still = createFakeClock();
    const server = await serve((_, response) => {
      response.write('half');
      return 'handled';
    });
    const { pool } = connect(server.url);
    const connection = await pool.checkout(1_000, within(5_000), clock.monotonic());
    const limits = {
      rules: { ...RULES, recvTimeoutMs: 100 },
      now: 0,
      timeoutMs: 1_000,
      wholeMs: 0,
      timer: undefined,
      notAfter: 9_000,
    };
    const result = exchange(connection as Connection, request(server.url), limits, still, within(5_000));
    await server.arrived(1);
    // One timer is for the whole exchange, one for the silence. The clock moves only by `advance`.
    still.advance(99);
    expect(still.pending).toBe(2);
    still.advance(100);
    expect(await result).toMatchObject({
      outcome: { code: 'timeout', detail: expect.stringContaining('recv_timeout') },
    });
    expect(still.pending).toBe(0);
  });
});

describe('a call whose connection becomes free too late', () => {
  const still = createFakeClock();
  const released: ConnectionState[] = [];
  const sent: HttpRequest[] = [];
  /** For each request sent: whether its call had been cancelled before. */
  const canceled: boolean[] = [];
  function lateUpstream(whileWaiting: () => void) {
    const connection = { kind: 'connection' } as Connection;
    const pool = {
      checkout: async () => {
        whileWaiting();
        return connection;
      },
      release: (_: Connection, state: ConnectionState) => released.push(state),
    } as unknown as ConnectionPool;
    const options = {
      timeoutMs: 100,
      recvTimeoutMs: 100,
      checkoutTimeoutMs: 100,
      maxResponseBytes: 100,
      maxHeaderBytes: 65_536,
      maxRedirects: 0,
      reusesConnections: true,
      keepsPlaces: false,
      retry: { retries: 3, statuses: new Set<number>() },
    };
    const neverSend: typeof exchange = (_, each, _limits, _clock, control) => {
      sent.push(each);
      canceled.push(control.canceledBy !== undefined);
      return new Promise<never>(() => undefined);
    };
    const budget = createRetryBudget();
    const { abandonments } = RULES;
    return createUpstream(options, {
      pool,
      budget,
      abandonments,
      waiting: createWaitingMemory(1_000_000, new SharedBytes(1_000_000)),
      clock: still,
      random: () => 0,
      exchange: neverSend,
      observer: silentObserver,
      service: 'billing',
    });
  }

  it('is not sent after its deadline', async () => {
    const upstream = lateUpstream(() => still.advance(1_000));
    const control = createCallControl(still.monotonic() + 500);
    const outcome = await upstream.send(
      sending(request('http://a', 'POST'), false, { now: still.monotonic() }),
      control,
    );
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: false, attempts: 0 });
    expect([sent, released]).toEqual([[], ['good']]);
  });

  it('is not sent after its caller has cancelled it', async () => {
    const control = createCallControl(still.monotonic() + 500);
    const upstream = lateUpstream(() => cancelCall(control));
    const outcome = await upstream.send(
      sending(request('http://a', 'POST'), false, { now: still.monotonic() }),
      control,
    );
    expect(outcome).toEqual({ kind: 'canceled', attempts: 0 });
    expect([sent, released]).toEqual([[], ['good', 'good']]);
  });

  it('is not sent if it is cancelled between getting the connection and sending', async () => {
    for (let turns = 0; turns < 8; turns++) {
      const control = createCallControl(still.monotonic() + 500);
      const upstream = lateUpstream(() => undefined);
      void upstream.send(sending(request('http://a', 'POST'), false, { now: still.monotonic() }), control);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      cancelCall(control);
      await new Promise(setImmediate);
    }
    expect(canceled).toContain(false);
    expect(canceled).not.toContain(true);
  });
});

describe('cancelling a call', () => {
  it('ends its running request', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url);
    const control = within(5_000);
    const outcome = upstream.send(sending(request(server.url), true), control);
    const arrived = await server.arrived(1);
    cancelCall(control);
    expect(await outcome).toEqual({ kind: 'canceled', attempts: 1 });
    expect(await arrived.answered).toBe(false);
    expect(pool.busy).toBe(0);
  });

  describe('beyond the budget of abandoned requests', () => {
    const spent = { ...RULES, abandonments: { take: () => false } };
    const time = { now: 0, wholeMs: 5_000, timeoutMs: 5_000, timer: undefined, notAfter: 9_000_000 };
    async function begin(url: string, more: Partial<ExchangeLimits> = {}) {
      const still = createFakeClock();
      const { pool } = connect(url, {}, { size: 1 });
      const connection = (await pool.checkout(1_000, within(5_000), clock.monotonic())) as Connection;
      const control = createCallControl(9_000_000);
      const result = exchange(connection, request(url), { ...time, rules: spent, ...more }, still, control);
      return { result, control, still, connection };
    }

    it('keeps the connection until the response is complete', async () => {
      let finish = (_: { body: string }): void => {};
      const server = await serve(() => new Promise((resolve) => (finish = resolve)));
      const { result, control, still } = await begin(server.url);
      await server.arrived(1);
      cancelCall(control);
      const { outcome, connection } = await result;
      expect(outcome).toEqual({ kind: 'canceled' });
      finish({ body: 'late' });
      expect(await connection).toBe('good');
      expect([still.pending, server.openConnections]).toEqual([0, 1]);
    });

    it.each([
      ['the whole time of the request is over', 5_000, {}],
      ['a minute has passed, however long the whole time is', 60_000, { wholeMs: 1e6, timeoutMs: 1e6 }],
      ['the upstream has been silent for too long', 300, { rules: { ...spent, recvTimeoutMs: 300 } }],
    ])('keeps the connection until %s', async (_, ms, more) => {
      const server = await serve(() => HANG);
      const { result, control, still } = await begin(server.url, more);
      const arrived = await server.arrived(1);
      cancelCall(control);
      const { connection } = await result;
      still.advance(ms - 1);
      expect(server.openConnections).toBe(1);
      still.advance(1);
      expect(await connection).toBe('broken');
      expect(await arrived.answered).toBe(false);
      expect(still.pending).toBe(0);
    });

    it('does the same as a deadline shorter than the timeout: the request keeps its whole time', async () => {
      const server = await serve(() => HANG);
      const { result, still } = await begin(server.url, { timeoutMs: 100 });
      await server.arrived(1);
      still.advance(100);
      const { outcome, connection } = await result;
      expect(outcome).toMatchObject({ code: 'timeout' });
      still.advance(4_899);
      expect(server.openConnections).toBe(1);
      still.advance(1);
      expect(await connection).toBe('broken');
    });

    it('closes the connection at a response that is too long or never ends', async () => {
      for (const headers of [{ 'content-length': 2_000 }, { 'content-type': 'text/event-stream' }]) {
        let finish = (): void => {};
        const server = await serve((_, response) => {
          finish = () => response.writeHead(200, headers).flushHeaders();
          return 'handled';
        });
        const { result, control } = await begin(server.url);
        await server.arrived(1);
        cancelCall(control);
        const { connection } = await result;
        finish();
        expect(await connection).toBe('broken');
      }
    });

    it('drops a request that is not sent yet, and its connection serves the next one', async () => {
      const server = await serve(() => ({ body: 'ok' }));
      const { result, control, connection, still } = await begin(server.url);
      cancelCall(control);
      expect(await (await result).connection).toBe('good');
      const next = exchange(connection, request(server.url), { ...time, rules: spent }, still, within(5_000));
      expect((await next).outcome).toMatchObject({ kind: 'response' });
      expect([server.requests.length, server.connections]).toEqual([1, 1]);
    });

    it('closes the connection at once if the gateway stops', async () => {
      const server = await serve(() => HANG);
      const { result, control } = await begin(server.url);
      const arrived = await server.arrived(1);
      cancelCall(control, 'gateway');
      expect(await result).toMatchObject({ outcome: { kind: 'canceled' }, connection: 'broken' });
      expect(await arrived.answered).toBe(false);
    });
  });

  it('ends its wait for a connection, which then serves another call', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url, {}, { size: 1 });
    const first = within(5_000);
    const second = within(5_000);
    const running = upstream.send(sending(request(server.url), true), first);
    const waiting = upstream.send(sending(request(server.url), true), second);
    expect(pool.waiting).toBe(1);
    cancelCall(second);
    expect(await waiting).toEqual({ kind: 'canceled', attempts: 0 });
    expect(pool.waiting).toBe(0);
    await server.arrived(1);
    cancelCall(first);
    await running;
    server.answerWith(() => ({ body: 'ok' }));
    expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
      kind: 'response',
    });
  });

  it('ends its pause before a retry', async () => {
    const server = await serve(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    const { upstream } = connect(server.url, { retry: { retries: 1, statuses: new Set([503]) } });
    const control = within(120_000);
    const outcome = upstream.send(sending(request(server.url), true), control);
    await (await server.arrived(1)).answered;
    // The response is on its way to us: wait until the call pauses.
    while (control.waitsFor === undefined) await new Promise(setImmediate);
    cancelCall(control);
    expect(await outcome).toMatchObject({ kind: 'canceled', attempts: 1 });
  });

  it('drops its request while the connection is opened', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1 });
    const control = within(5_000);
    const outcome = upstream.send(sending(request(server.url, 'POST', '/canceled'), false), control);
    cancelCall(control);
    expect(await outcome).toMatchObject({ kind: 'canceled' });
    await upstream.send(sending(request(server.url, 'POST', '/next'), false), within(5_000));
    expect(server.requests.map(({ url }) => url)).toEqual(['/next']);
  });
});

describe('the retries of a call', () => {
  it('count refused connections as attempts', async () => {
    const server = await serve(() => ({}));
    await server.close();
    const { upstream } = connect(server.url, retrying(1));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect', sent: false, attempts: 2 });
  });

  it('do not repeat a POST whose connection is lost', async () => {
    const server = await serve(() => RESET);
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect', sent: true, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('repeat a POST if that does no harm, until it succeeds', async () => {
    const server = await serve(({ number }) => (number < 3 ? RESET : { body: 'ok' }));
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', attempts: 3 });
  });

  it('stop when the budget is empty', async () => {
    const server = await serve(() => RESET);
    const { upstream } = connect(server.url, retrying(100));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect' });
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('redirects', () => {
  it('are followed within the origin up to the limit', async () => {
    const server = await serve(({ url }) => ({ status: 302, headers: { location: `${url}x` } }));
    const { upstream } = connect(server.url, { maxRedirects: 2 });
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', attempts: 1, response: { status: 302 } });
    expect(server.requests.map(({ url }) => url)).toEqual(['/x', '/xx', '/xxx']);
  });

  it.each([1, 2])('count as sent if `notAfter` passes after hop %i', async (slow) => {
    const still = createFakeClock();
    const server = await serve(({ url, number }) => {
      if (number === slow) still.advance(20);
      return { status: 302, headers: { location: `${url}x` } };
    });
    const { upstream } = connect(server.url, { maxRedirects: 5 }, {}, still);
    const control = createCallControl(still.monotonic() + 5_000);
    const outcome = await upstream.send(
      sending(request(server.url), true, {
        notAfter: still.monotonic() + 20,
        attempted: 3,
        now: still.monotonic(),
      }),
      control,
    );
    expect(outcome).toEqual({ kind: 'expired', sent: true, attempts: 4 });
    expect(server.requests).toHaveLength(slow);
  });

  it('are not followed by default', async () => {
    const server = await serve(() => ({ status: 302, headers: { location: '/y' } }));
    const { upstream } = connect(server.url);
    await upstream.send(sending(request(server.url), true), within(5_000));
    expect(server.requests).toHaveLength(1);
  });
});

describe('the connection pool', () => {
  it('fails with `overload` if no connection becomes free in time', async () => {
    const server = await serve(() => HANG);
    const { upstream } = connect(server.url, { checkoutTimeoutMs: 50 }, { size: 1 });
    const control = within(5_000);
    const running = upstream.send(sending(request(server.url), true), control);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'overload', attempts: 0 });
    cancelCall(control);
    await running;
  });

  it('fails with `overload` at once if too many calls wait already', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url, {}, { size: 1, maxWaiting: 1 });
    const controls = [within(5_000), within(5_000)];
    const running = controls.map((control) => upstream.send(sending(request(server.url), true), control));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'overload', attempts: 0 });
    expect(pool.waiting).toBe(1);
    for (const control of controls) cancelCall(control);
    await Promise.all(running);
  });

  it('opens no more connections than its size, and reuses them', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 3 });
    const calls = Array.from({ length: 60 }, () =>
      upstream.send(sending(request(server.url), true), within(5_000)),
    );
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ kind: 'response' });
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  it('opens a new connection when the old one is older than its lifetime', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1, maxLifetimeMs: 0.001 });
    for (let count = 0; count < 3; count++)
      await upstream.send(sending(request(server.url), true), within(5_000));
    expect(server.connections).toBe(3);
  });
});

describe('TLS', () => {
  const caFile = new URL('../../test/support/tls/ca.pem', import.meta.url).pathname;
  it('refuses a certificate that does not verify, without a retry', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'tls',
      permanent: true,
      attempts: 1,
      sent: false,
    });
  });

  it('refuses a certificate for another name in each call', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const otherName = readUpstreamTls({
      ...TLS,
      'tls.cacertfile': [caFile],
      'tls.servername': 'other.example.com',
    });
    const { upstream } = connect(server.url, retrying(3), { size: 1, tls: otherName });
    for (let count = 0; count < 3; count++) {
      const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
      expect(outcome).toMatchObject({ kind: 'failure', code: 'tls', permanent: true, attempts: 1 });
    }
  });

  it('accepts a certificate of its CA, and any certificate with verify_none', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const trusting = [
      { ...TLS, 'tls.cacertfile': [caFile] },
      { ...TLS, tls_verify: 'verify_none' as const },
    ];
    for (const options of trusting) {
      const { upstream } = connect(server.url, {}, { tls: readUpstreamTls(options) });
      expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
        kind: 'response',
      });
    }
  });

  it('refuses files without a certificate at the start, not in the first call', () => {
    const noCertificate = new URL(import.meta.url).pathname;
    expect(() =>
      readUpstreamTls({ ...TLS, 'tls.certfile': noCertificate, 'tls.keyfile': noCertificate }),
    ).toThrow(/tls\.certfile/);
  });

  it('fails with `tls` if the server does not use TLS', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const origin = server.url.replace('http:', 'https:');
    const { upstream } = connect(origin, retrying(1));
    const outcome = await upstream.send(sending(request(origin, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'tls', sent: false, attempts: 2 });
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { type Answer, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
} from '../../support/gateway-fixture.js';
import {
  HANG,
  RESET,
  type RecordingUpstream,
  startRecordingUpstream,
} from '../../support/recording-upstream.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

const SENTENCES = {
  connect: 'The upstream could not be reached, or the connection was lost',
  tls: 'No secure connection to the upstream could be made',
  timeout: 'The upstream did not answer in time',
  overload: 'Too many calls are waiting for this upstream; try again later',
  down: 'This service is not available now; try again later',
  auth: 'Authentication unavailable',
  secrets: 'Service credentials pending',
};

/** All kwargs of an error of the gateway itself, except its id. */
const own = (code: keyof typeof SENTENCES, status: number, attempts: number) => ({
  status,
  message: SENTENCES[code],
  body: SENTENCES[code],
  code,
  attempts,
});

/**
 * A second after the first attempt, give or take a quarter, as `gateway.random` says: rounded up.
 */
const PENDING = {
  ...own('secrets', 503, 0),
  retry_after: expect.toSatisfy((s: number) => s === 1 || s === 2),
};

describe("the gateway's own errors", () => {
  const closeLater = closeAfterEach();

  async function open(options: GatewayFixtureOptions = {}): Promise<GatewayFixture> {
    const fixture = await openGatewayFixture(options);
    return closeLater(fixture);
  }

  /** A service with this base_url instead of the recording upstream's. */
  const at = (url: string, ...lines: string[]) => open({ conf: () => billingConf(url, ...lines) });

  function expectError(fixture: GatewayFixture, answer: Answer, uri: string, error: object): void {
    expect([answer.kind, answer.uri, answer.args]).toEqual(['error', uri, []]);
    expect(ownError(answer)).toStrictEqual(error);
    const { code, attempts } = error as { code: string; attempts: number };
    const records = fixture.log.records().filter(({ id }) => id === answer.kwargs['id']);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ code, attempts, service: 'billing', msg: 'call failed' });
  }

  async function refusedPort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  it('bad_request: kwargs that cannot become a request', async () => {
    const fixture = await open();
    const message = 'Missing required path variable: id';
    const error = { status: 400, message, body: message, code: 'bad_request', attempts: 0 };
    expectError(fixture, await fixture.caller.call(GET, {}), 'wamp.error.invalid_argument', error);
    expect(fixture.upstream.connections).toBe(0);
  });

  it.each([
    ['positional arguments', {}, [1], /keyword arguments.*session\.call\(uri, \[\], \{id/],
    ['_headers that are no dictionary', { id: 1, _headers: ['x'] }, [], /_headers must be a dictionary/],
    ['a header that is ours', { id: 1, _headers: { HOST: 'x' } }, [], /HOST is set by the gateway/],
    [
      'a line break in a header',
      { id: 1, _headers: { 'X-A': 'a\r\nB: c' } },
      [],
      /X-A contains a line break/,
    ],
    ['a dictionary in the query', { id: 1, q: { a: 1 } }, [], /"q"/],
  ])('bad_request: %s', async (_, kwargs, args, message) => {
    const fixture = await open();
    const answer = await fixture.caller.call(GET, kwargs, { args });
    expect(answer.kwargs).toMatchObject({ status: 400, code: 'bad_request', attempts: 0 });
    expect(answer.kwargs['message']).toMatch(message);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])('connect: a refused port, retries = %i makes %i attempts, of a POST too', async (retries, attempts) => {
    const fixture = await at(`http://127.0.0.1:${await refusedPort()}`, `+retries = ${retries}`);
    const answer = await fixture.caller.call(POST, { a: 1 });
    expectError(fixture, answer, 'bondy.error.bad_gateway', own('connect', 502, attempts));
  });

  it('connect: a name that does not resolve', async () => {
    const fixture = await at('http://nowhere.invalid', '+retries = 0');
    const answer = await fixture.caller.call(GET, { id: 1 });
    expectError(fixture, answer, 'bondy.error.bad_gateway', own('connect', 502, 1));
  });

  it('connect: a POST whose connection is reset is sent once, a GET again', async () => {
    const fixture = await open({ respond: () => RESET, lines: ['+retries = 2'] });
    const post = await fixture.caller.call(POST, { a: 1 });
    expectError(fixture, post, 'bondy.error.bad_gateway', own('connect', 502, 1));
    expect(fixture.upstream.requests).toHaveLength(1);
    const get = await fixture.caller.call(GET, { id: 1 });
    expectError(fixture, get, 'bondy.error.bad_gateway', own('connect', 502, 3));
    expect(fixture.upstream.requests).toHaveLength(4);
  });

  describe('tls', () => {
    let upstream: RecordingUpstream;
    async function tlsUpstream(options: object | true = true): Promise<string> {
      upstream = await startRecordingUpstream(undefined, { tls: options });
      closeLater(upstream);
      return upstream.url;
    }
    const ca = `+tls.cacertfile = ${TLS_FILES.ca}`;

    it('a certificate that does not verify is not retried', async () => {
      const fixture = await at(await tlsUpstream());
      const answer = await fixture.caller.call(GET, { id: 1 });
      expectError(fixture, answer, 'bondy.error.bad_gateway', own('tls', 502, 1));
      expect(upstream.requests).toHaveLength(0);
    });

    it('a certificate for another name is not retried', async () => {
      const fixture = await at(await tlsUpstream(), ca, '+tls.servername = other.test');
      const answer = await fixture.caller.call(GET, { id: 1 });
      expectError(fixture, answer, 'bondy.error.bad_gateway', own('tls', 502, 1));
    });

    it.each([
      ['a CA of ours', [ca]],
      ['the name that the certificate has', [ca, '+tls.servername = upstream.test']],
      ['no verification', ['+tls_verify = verify_none']],
    ])('works with %s', async (_, lines) => {
      const fixture = await at(await tlsUpstream(), ...lines);
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    });

    it('an upstream that asks for a client certificate gets ours; without one the call fails', async () => {
      const url = await tlsUpstream({
        requestCert: true,
        rejectUnauthorized: true,
        ca: [readTlsFixtures().ca],
      });
      const keys = [`+tls.certfile = ${TLS_FILES.clientCert}`, `+tls.keyfile = ${TLS_FILES.clientKey}`];
      const withKey = await at(url, ca, ...keys);
      expect((await withKey.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
      const without = await at(url, ca, '+retries = 0');
      const answer = await without.caller.call(GET, { id: 1 });
      expect(answer.kwargs).toMatchObject({ status: 502, attempts: 1 });
      expect(upstream.requests).toHaveLength(1);
    });

    it('plain HTTP at the other end', async () => {
      const plain = closeLater(await startRecordingUpstream());
      const fixture = await at(plain.url.replace('http:', 'https:'), '+retries = 0');
      const answer = await fixture.caller.call(GET, { id: 1 });
      expectError(fixture, answer, 'bondy.error.bad_gateway', own('tls', 502, 1));
    });
  });

  it.each([
    ['no response at all', HANG],
    ['a head and no body', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n', afterwards: 'hang' }],
    ['half a body', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab', afterwards: 'hang' }],
  ] as const)('timeout: %s', async (_, answer) => {
    const fixture = await open({ respond: () => answer, lines: ['+timeout = 400ms', '+retries = 1'] });
    const post = await fixture.caller.call(POST, { a: 1 });
    expectError(fixture, post, 'wamp.error.timeout', own('timeout', 504, 1));
    const request = await fixture.upstream.arrived(1);
    expect(await request.responded).toBe(false);
    const get = await fixture.caller.call(GET, { id: 1 });
    expectError(fixture, get, 'wamp.error.timeout', own('timeout', 504, 2));
    await fixture.upstream.drained();
  });

  it('timeout: a connection that never opens', async () => {
    const server: Server = createServer(() => {}).listen(0, '127.0.0.1', 1);
    await once(server, 'listening');
    closeLater(server);
    const { port } = server.address() as { port: number };
    // It accepts and sends nothing, so that the TLS handshake never starts.
    const fixture = await at(`https://127.0.0.1:${port}`, '+timeout = 400ms', '+retries = 1');
    const answer = await fixture.caller.call(POST, { a: 1 });
    expectError(fixture, answer, 'wamp.error.timeout', own('timeout', 504, 2));
  });

  describe('overload', () => {
    it('no connection within checkout_timeout', async () => {
      const fixture = await open({
        respond: () => HANG,
        lines: ['+pool.size = 1', '+pool.checkout_timeout = 50ms', '+retries = 3'],
      });
      void fixture.caller.call(GET, { id: 1 }).catch(() => {});
      await fixture.upstream.arrived(1);
      const answer = await fixture.caller.call(GET, { id: 2 });
      expectError(fixture, answer, 'bondy.error.bad_gateway', own('overload', 503, 0));
      expect(fixture.upstream.requests).toHaveLength(1);
    });

    it('more calls than max_waiting', async () => {
      const fixture = await open({
        respond: () => HANG,
        lines: ['+pool.size = 1', '+pool.max_waiting = 1', '+pool.checkout_timeout = 1h'],
      });
      void fixture.caller.call(GET, { id: 1 }).catch(() => {});
      await fixture.upstream.arrived(1);
      void fixture.caller.call(GET, { id: 2 }).catch(() => {});
      const answer = await fixture.caller.call(GET, { id: 3 });
      expectError(fixture, answer, 'bondy.error.bad_gateway', own('overload', 503, 0));
    });
  });

  it('down: a call that arrives while the gateway drains', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const fixture = await open({ respond: () => held.then(() => ({ json: 'late' })) });
    const running = fixture.caller.call(GET, { id: 1 });
    await fixture.upstream.arrived(1);
    const stopped = fixture.gateway.stop();
    const answer = await fixture.caller.call(GET, { id: 2 });
    expect(answer.uri).toBe('bondy.error.bad_gateway');
    expect(ownError(answer)).toStrictEqual(own('down', 503, 0));
    release();
    expect((await running).kwargs).toStrictEqual({ status: 200, body: 'late' });
    await stopped;
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('secrets: nothing is sent before the secret for the token request is known', async () => {
    const field = '+auth.secrets.vars.token.field = TOKEN';
    const fixture = await open({ lines: ['+auth.secrets.provider = env', field] });
    const answer = await fixture.caller.call(GET, { id: 1 });
    expectError(fixture, answer, 'bondy.error.bad_gateway', PENDING);
    const mistaken = await fixture.caller.call(GET, {});
    expect(mistaken.kwargs).toMatchObject({ code: 'bad_request' });
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  it('secrets: a base_url that waits for a secret', async () => {
    const fixture = await at(
      'https://{{tenant}}.example.com',
      '+auth.secrets.provider = file',
      '+auth.secrets.secret_id = /nowhere/secret.json',
      '+auth.secrets.vars.tenant.field = TENANT',
    );
    const answer = await fixture.caller.call(GET, { id: 1 });
    expectError(fixture, answer, 'bondy.error.bad_gateway', PENDING);
    expect((await fixture.caller.call(GET, {})).kwargs).toMatchObject({ code: 'bad_request' });
  });

  it("canceled: the caller cancels, and waits for the callee's response", async () => {
    const fixture = await open({ respond: () => HANG });
    const running = fixture.caller.call(GET, { id: 1 });
    await fixture.upstream.arrived(1);
    fixture.caller.cancel('kill');
    const message = 'The call was cancelled';
    const error = { message, body: message, code: 'canceled', attempts: 1 };
    expectError(fixture, await running, 'wamp.error.canceled', error);
    expect(fixture.log.records().filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('leave the session usable for the next call', async () => {
    const fixture = await open();
    await fixture.caller.call(GET, {});
    const answer = await fixture.caller.call('com.billing.none');
    expect(answer.uri).toBe('wamp.error.no_such_procedure');
    expect((await fixture.caller.call(GET, { id: 1 })).kind).toBe('result');
  });
});

import dns from 'node:dns';
import net from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
  openRawFixture,
  type RawFixture,
} from '../../support/gateway-fixture.js';
import { jsonResponse } from '../../support/raw-upstream.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

describe('an API with unusual connections', () => {
  const closeLater = closeAfterEach();
  afterEach(() => vi.restoreAllMocks());
  async function open(options: GatewayFixtureOptions): Promise<GatewayFixture> {
    const fixture = await openGatewayFixture(options);
    return closeLater(fixture);
  }
  async function openRaw(...options: Parameters<typeof openRawFixture>): Promise<RawFixture> {
    const fixture = await openRawFixture(...options);
    return closeLater(fixture);
  }

  describe('with a long header section', () => {
    const lengthy = (bytes: number) => ({ json: 'ok', headers: { 'x-long': 'a'.repeat(bytes) } });

    it('may send up to 64 KB', async () => {
      const { caller } = await open({ respond: () => lengthy(60_000) });
      expect((await caller.call(POST, {})).kwargs).toStrictEqual({ status: 200, body: 'ok' });
    });

    it('causes an error beyond pool.max_response_header_size, which the log names', async () => {
      const { caller, upstream, log } = await open({
        respond: () => lengthy(2_000),
        lines: ['+pool.max_response_header_size = 1KB'],
      });
      expect(ownError(await caller.call(POST, {}))).toMatchObject({ code: 'bad_answer', attempts: 1 });
      expect(log.text()).toContain('pool.max_response_header_size');
      upstream.respondWith(() => lengthy(100));
      expect((await caller.call(POST, {})).kind).toBe('result');
    });
  });

  describe('that closes them without notice', () => {
    /** Ignores every second request of a connection. */
    const once = ({ number, socket }: { number: number; socket: net.Socket }) => {
      if (number > 1) socket.destroy();
      return number > 1 ? undefined : jsonResponse('"ok"');
    };

    it('gets each request on a new connection with pool.reuse = off', async () => {
      const { caller, upstream } = await openRaw(once, ['+pool.size = 1', '+pool.reuse = off']);
      for (let n = 0; n < 5; n++) expect((await caller.call(POST, { n })).kind).toBe('result');
      expect([upstream.requests.length, upstream.connections]).toEqual([5, 5]);
      expect(upstream.requests[0]?.head).toMatch(/^connection: close$/im);
    });

    it('uses none of the retry budget', async () => {
      const { caller, upstream } = await openRaw(once, ['+pool.size = 1', '+retries = 1']);
      // The budget is 3 a second, or a fifth of these.
      for (let id = 0; id < 20; id++) expect((await caller.call(GET, { id })).kind).toBe('result');
      expect(upstream.connections).toBe(20);
    });

    it('uses the retry budget for losses on new connections', async () => {
      const { caller } = await openRaw(({ socket }) => void socket.destroy(), ['+retries = 1']);
      const attempts: unknown[] = [];
      for (let id = 0; id < 20; id++) attempts.push((await caller.call(GET, { id })).kwargs.attempts);
      expect(attempts).toContain(1);
    });
  });

  describe('behind another name', () => {
    it('gets the Host header of the configuration, not of a caller', async () => {
      const { caller, upstream } = await open({ lines: ['+headers.Host = billing.internal'] });
      await caller.call(POST, { a: 1 });
      expect(upstream.requests[0]?.headers.host).toBe('billing.internal');
      const refused = await caller.call(POST, { _headers: { hOsT: 'other.internal' } });
      expect(ownError(refused)).toMatchObject({ code: 'bad_request' });
      expect(upstream.requests).toHaveLength(1);
    });

    it('gets the Host header of each procedure over one connection, and tls.servername in TLS', async () => {
      const { serverCert: cert, serverKey: key } = readTlsFixtures();
      const context: SecureContext = createSecureContext({ cert, key });
      const names: string[] = [];
      const { caller, upstream } = await open({
        upstream: {
          tls: {
            SNICallback: (name, done) => {
              names.push(name);
              done(null, context);
            },
          },
        },
        lines: [
          `+tls.cacertfile = ${TLS_FILES.ca}`,
          '+tls.servername = localhost',
          '+headers.Host = a.internal',
          '+procedures.create_invoice.headers.Host = b.internal',
        ],
      });
      await caller.call(GET, { id: 1 });
      await caller.call(POST, {});
      expect(upstream.requests.map(({ headers }) => headers.host)).toEqual(['a.internal', 'b.internal']);
      expect([names, upstream.connections]).toEqual([['localhost'], 1]);
    });
  });

  describe('with several addresses', () => {
    const resolveTo = (...addresses: string[]) =>
      vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, options: unknown, callback: unknown) => {
        const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
        (callback as (error: null, all: object) => void)(
          null,
          (options as { all: boolean }).all ? all : (all[0] ?? {}),
        );
      }) as never);
    const conf = (url: string) => url.replace('127.0.0.1', 'several.test');

    it('has 2 s for each of them, or its share of pool.connect_timeout', async () => {
      const connect = vi.spyOn(net, 'connect');
      for (const line of ['', 'rpc_gateway.services.billing.pool.connect_timeout = 3s']) {
        const { caller, upstream } = await open({ lines: [line] });
        await caller.call(GET, { id: 1 });
        expect(upstream.requests).toHaveLength(1);
      }
      const given = connect.mock.calls.map(([options]) => options as unknown as net.TcpNetConnectOpts);
      const times = given.map((options) => options.autoSelectFamilyAttemptTimeout);
      // The connections of the callers have none.
      expect(times.filter((time) => time !== undefined)).toEqual([2_000, 1_500]);
    });

    it('is reached at the one that responds', async () => {
      const { upstream, caller } = await open({
        conf: (url) => `rpc_gateway.services.billing.base_url = ${conf(url)}
rpc_gateway.services.billing.procedures.get.uri = ${GET}
rpc_gateway.services.billing.procedures.get.realm = com.example.myrealm`,
      });
      resolveTo('::1', '127.0.0.2', '127.0.0.1');
      expect((await caller.call(GET, {})).kind).toBe('result');
      expect(upstream.requests[0]?.headers.host).toBe(`several.test:${upstream.port}`);
    });
  });
});

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
} from '../../support/gateway-fixture.js';
import { issuing, startIdp } from '../../support/idp.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import {
  HANG,
  RESET,
  type ResponseHandler,
  startRecordingUpstream,
} from '../../support/recording-upstream.js';
import { ADMIN_LINES, scrape, scrapeText } from '../../support/scrape.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const REALM = 'com.example.myrealm';
/** The outcomes that the router counts under the same name. It counts all others as `error`. */
const ROUTED: ReadonlySet<string> = new Set(['ok', 'timeout', 'canceled']);

describe('GET /metrics', () => {
  const closeLater = closeAfterEach();

  async function open({ lines = [], ...options }: GatewayFixtureOptions = {}): Promise<GatewayFixture> {
    const own = [...lines, ...ADMIN_LINES];
    const conf = options.conf;
    return closeLater(
      await openGatewayFixture({
        ...options,
        lines: own,
        ...(conf && { conf: (url) => `${conf(url)}${ADMIN_LINES.join('\n')}\n` }),
      }),
    );
  }

  const responding = (handler: ResponseHandler, ...lines: string[]) => ({ respond: handler, lines });
  const status = (code: number) => responding(() => ({ status: code, json: {} }), '+retries = 0');
  const get = ({ caller }: GatewayFixture) => caller.call(GET, { id: 1 });

  interface Outcome {
    readonly options?: GatewayFixtureOptions;
    /** Makes one call that ends so. Default: a GET. */
    readonly act?: (fixture: GatewayFixture) => Promise<unknown>;
    /** HTTP requests that were attempted. Default: 1. */
    readonly attempts?: number;
  }

  const OUTCOMES: readonly (readonly [string, Outcome])[] = [
    ['ok', {}],
    ['redirect', { options: status(304) }],
    ['client_error', { options: status(404) }],
    ['server_error', { options: status(503) }],
    ['bad_request', { act: ({ caller }) => caller.call(GET, {}), attempts: 0 }],
    ['connect', { options: responding(() => RESET, '+retries = 2'), attempts: 3 }],
    ['bad_answer', { options: responding(() => ({ raw: 'no HTTP\r\n\r\n', afterwards: 'close' })) }],
    ['timeout', { options: responding(() => HANG, '+timeout = 50ms', '+retries = 0') }],
    [
      'auth',
      {
        options: {
          lines: ['+auth.fetch.url = http://127.0.0.1:9/token', '+auth.fetch.token_path = access_token'],
        },
        attempts: 0,
      },
    ],
    [
      'secrets',
      {
        options: { lines: ['+auth.secrets.provider = env', '+auth.secrets.vars.token.field = TOKEN'] },
        attempts: 0,
      },
    ],
    [
      'down',
      {
        async act(fixture) {
          await fixture.gateway.act('billing', 'disable');
          await get(fixture);
        },
        attempts: 0,
      },
    ],
    [
      'canceled',
      {
        options: responding(() => HANG),
        async act(fixture) {
          const call = get(fixture);
          await fixture.upstream.arrived(1);
          fixture.caller.cancel('kill');
          await call;
        },
      },
    ],
    [
      'internal',
      {
        options: {
          lines: ['+idempotency_header = Idempotency-Key'],
          gateway: {
            uuid: () => {
              throw new Error('no randomness');
            },
          },
        },
        act: ({ caller }) => caller.call(POST, {}),
        attempts: 0,
      },
    ],
  ];

  it.each(OUTCOMES)(
    'counts a call that ends with %s',
    async (outcome, { options, act = get, attempts = 1 }) => {
      const fixture = await open(options);
      await act(fixture);
      const metrics = await scrape(fixture.gateway);
      expect(metrics.sum('rpc_gateway_requests_total', { service: 'billing', outcome })).toBe(1);
      expect(metrics.sum('rpc_gateway_requests_total')).toBe(1);
      expect(metrics.sum('rpc_gateway_request_duration_seconds_count')).toBe(1);
      expect(metrics.sum('rpc_gateway_upstream_attempts_total')).toBe(attempts);
      expect(metrics.sum('rpc_gateway_retries_total')).toBe(Math.max(0, attempts - 1));
      const routed = ROUTED.has(outcome) ? outcome : 'error';
      expect(metrics.sum('rpc_gateway_router_calls_total', { outcome: routed })).toBe(1);
      expect(metrics.sum('rpc_gateway_router_calls_total')).toBe(1);
    },
  );

  it('counts a call that ends with tls', async () => {
    const upstream = closeLater(await startRecordingUpstream(undefined, { tls: true }));
    const fixture = await open({ conf: () => billingConf(upstream.url) });
    await get(fixture);
    const metrics = await scrape(fixture.gateway);
    expect(metrics.sum('rpc_gateway_requests_total', { outcome: 'tls' })).toBe(1);
  });

  it('counts a call that ends with overload, and shows the calls that run and wait', async () => {
    const fixture = await open(responding(() => HANG, '+pool.size = 1', '+pool.max_waiting = 1'));
    const calls = [get(fixture)];
    await fixture.upstream.arrived(1);
    calls.push(get(fixture));
    await get(fixture);
    const { value, sum } = await scrape(fixture.gateway);
    expect(sum('rpc_gateway_requests_total', { outcome: 'overload' })).toBe(1);
    expect(value('rpc_gateway_in_flight_calls{service="billing"}')).toBe(2);
    expect(value('rpc_gateway_pool_connections{service="billing",state="busy"}')).toBe(1);
    expect(value('rpc_gateway_pool_waiting{service="billing"}')).toBe(1);
    await fixture.upstream.close();
    await Promise.all(calls);
    const after = await scrape(fixture.gateway);
    expect(after.value('rpc_gateway_in_flight_calls{service="billing"}')).toBe(0);
  });

  it('adds up: calls, routed calls, durations and attempts are as many as there were', async () => {
    const fixture = await open({ respond: ({ number }) => ({ status: number % 2 === 0 ? 200 : 404 }) });
    const calls = Array.from({ length: 40 }, (_, id) => fixture.caller.call(GET, id % 4 === 0 ? {} : { id }));
    await Promise.all(calls);
    const { sum, value } = await scrape(fixture.gateway);
    expect(sum('rpc_gateway_requests_total')).toBe(40);
    expect(sum('rpc_gateway_requests_total', { outcome: 'bad_request' })).toBe(10);
    expect(sum('rpc_gateway_requests_total', { outcome: 'ok' })).toBe(15);
    expect(sum('rpc_gateway_requests_total', { outcome: 'client_error' })).toBe(15);
    expect(sum('rpc_gateway_upstream_attempts_total')).toBe(30);
    expect(sum('rpc_gateway_request_duration_seconds_bucket', { le: '+Inf' })).toBe(40);
    expect(value(`rpc_gateway_router_calls_total{realm="${REALM}",outcome="ok"}`)).toBe(15);
    expect(value(`rpc_gateway_router_calls_total{realm="${REALM}",outcome="error"}`)).toBe(25);
    expect(value(`rpc_gateway_router_sessions{realm="${REALM}"}`)).toBe(1);
    expect(value(`rpc_gateway_router_registrations{realm="${REALM}"}`)).toBe(4);
    expect(value('rpc_gateway_listener_connections{listener="test"}')).toBe(1);
  });

  it('shows the token and its requests', async () => {
    const idp = closeLater(await startIdp(issuing({ expires_in: 3600 })));
    const before = Math.floor(Date.now() / 1000);
    const fixture = await open({
      lines: [
        `+auth.fetch.url = ${idp.origin}/oauth/token`,
        '+auth.fetch.token_path = access_token',
        '+auth.fetch.expires_in_path = expires_in',
        '+auth.apply.format = Bearer {{token}}',
      ],
    });
    await get(fixture);
    await get(fixture);
    const { value } = await scrape(fixture.gateway);
    expect(value('rpc_gateway_token_cache_total{service="billing",result="miss"}')).toBe(1);
    expect(value('rpc_gateway_token_cache_total{service="billing",result="hit"}')).toBe(1);
    expect(value('rpc_gateway_token_fetch_total{service="billing",outcome="ok"}')).toBe(1);
    expect(value('rpc_gateway_token_fetch_duration_seconds_count{service="billing"}')).toBe(1);
    const expiry = value('rpc_gateway_token_expiry_timestamp_seconds{service="billing"}')!;
    expect(expiry).toBeGreaterThanOrEqual(before + 3600);
    expect(expiry).toBeLessThan(before + 3600 + 60);
  });

  it('shows when a secret was read', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { gateway } = await open({
      lines: [
        '+auth.secrets.provider = env',
        '+auth.secrets.vars.token.field = BILLING_KEY',
        '+auth.apply.name = X-Api-Key',
      ],
      gateway: { env: { BILLING_KEY: 'key' } },
    });
    const { value } = await scrape(gateway);
    expect(value('rpc_gateway_secret_resolution_total{service="billing",outcome="ok"}')).toBe(1);
    expect(
      value('rpc_gateway_secret_last_success_timestamp_seconds{service="billing"}'),
    ).toBeGreaterThanOrEqual(before);
  });

  it('shows a service that is down', async () => {
    const fixture = await open({
      conf: () => billingConf('http://127.0.0.1:9', '+liveness.failure_threshold = 1'),
    });
    await fixture.gateway.act('billing', 'probe');
    const { value } = await scrape(fixture.gateway);
    expect(value('rpc_gateway_service_up{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_service_ready{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_alarm_active{service="billing"}')).toBe(1);
    expect(value('rpc_gateway_liveness_probes_total{service="billing",outcome="error"}')).toBeGreaterThan(0);
  });

  it('shows a service that an operator has disabled: it is up but not ready', async () => {
    const { gateway } = await open();
    await gateway.act('billing', 'disable');
    const { value } = await scrape(gateway);
    expect(value('rpc_gateway_service_up{service="billing"}')).toBe(1);
    expect(value('rpc_gateway_service_ready{service="billing"}')).toBe(0);
  });

  it('shows a circuit breaker that is open', async () => {
    const fixture = await open(
      responding(
        () => ({ status: 503 }),
        '+retries = 0',
        '+breaker.enabled = on',
        '+breaker.minimum_calls = 1',
      ),
    );
    await get(fixture);
    await get(fixture);
    const { value, sum } = await scrape(fixture.gateway);
    expect(value('rpc_gateway_breaker_state{service="billing"}')).toBe(2);
    expect(value('rpc_gateway_service_up{service="billing"}')).toBe(1);
    expect(value('rpc_gateway_service_ready{service="billing"}')).toBe(0);
    expect(sum('rpc_gateway_requests_total', { outcome: 'down' })).toBe(1);
  });

  it('shows when the certificates of listeners and services expire', async () => {
    const conf = billingConf(
      'https://billing.example.com',
      '+liveness.enabled = off',
      `+tls.certfile = ${TLS_FILES.clientCert}`,
      `+tls.keyfile = ${TLS_FILES.clientKey}`,
      'listeners.secure.port = 0',
      `listeners.secure.tls.certfile = ${TLS_FILES.serverCert}`,
      `listeners.secure.tls.keyfile = ${TLS_FILES.serverKey}`,
      ...ADMIN_LINES,
    );
    const gateway = createGateway(parseConfig(conf, { env: {} }));
    closeLater(() => gateway.stop(0));
    await gateway.start();
    const { value } = await scrape(gateway);
    const expiry = (owner: string) =>
      value(`rpc_gateway_certificate_expiry_timestamp_seconds{owner="${owner}"}`);
    const { serverCert, clientCert } = readTlsFixtures();
    expect(expiry('listener:secure')).toBe(Date.parse(new X509Certificate(serverCert).validTo) / 1000);
    expect(expiry('service:billing')).toBe(Date.parse(new X509Certificate(clientCert).validTo) / 1000);
  });

  it('counts refused connections, and shows those of operators', async () => {
    const { gateway } = await open();
    const socket = new WebSocket(gateway.url, 'wamp.2.none');
    await once(socket, 'error');
    const { value } = await scrape(gateway);
    expect(value('rpc_gateway_listener_rejected_total{listener="test",reason="handshake"}')).toBe(1);
    expect(value('rpc_gateway_listener_connections{listener="test"}')).toBe(1);
    expect(value('rpc_gateway_listener_connections{listener="ops"}')).toBeGreaterThan(0);
  });

  it('has the same series whatever callers send: 100,000 calls with random ids and authids', async () => {
    const { gateway, upstream } = await open({
      // Fails fast, so that the test measures the gateway and not the network.
      respond: ({ number }) => ({ status: 200 + (number % 4) * 100, json: {} }),
      lines: ['+pool.size = 64', '+retries = 0'],
    });
    const own = async () =>
      (await scrape(gateway)).series.filter((series) => series.startsWith('rpc_gateway_'));
    const before = await own();
    let made = 0;
    const callAtRandom = async (caller: Caller): Promise<void> => {
      const random = () => Math.random().toString(36).slice(2);
      const kwargs = made % 10 === 0 ? { id: random() } : { [random()]: random() };
      made++;
      await caller.call(made % 3 === 0 ? `com.${random()}` : GET, kwargs);
    };
    // Each session has another authid.
    for (let session = 0; session < 50; session++) {
      const caller = await connectCaller(gateway.url);
      for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 100 }, () => callAtRandom(caller)));
      }
      await caller.close();
      upstream.clear();
    }
    expect(made).toBe(100_000);
    expect(await own()).toEqual(before);
  }, 180_000);

  it('contains no secret', async () => {
    const { gateway, caller } = await open({
      lines: [
        `+auth.vars.token = ${plantedSecret('token')}`,
        '+auth.apply.format = Bearer {{token}}',
        `+headers.X-Configured = ${plantedSecret('header')}`,
        `+query.configured = ${plantedSecret('query')}`,
      ],
      respond: () => ({ status: 500, json: { message: plantedSecret('answer') } }),
    });
    await caller.call(GET, { id: plantedSecret('id'), q: plantedSecret('kwarg') });
    await caller.call(`com.${plantedSecret('uri').toLowerCase()}`);
    expect(leaksIn(await scrapeText(gateway))).toEqual([]);
  });

  it('belongs to one gateway, if there are several in one process', async () => {
    const one = await open();
    const two = await open();
    await get(one);
    expect((await scrape(one.gateway)).sum('rpc_gateway_requests_total')).toBe(1);
    expect((await scrape(two.gateway)).sum('rpc_gateway_requests_total')).toBe(0);
  });

  it('keeps its counters when the gateway stops and starts again', async () => {
    const fixture = await open();
    await get(fixture);
    await fixture.gateway.stop(0);
    await fixture.gateway.start();
    const { sum, value } = await scrape(fixture.gateway);
    expect(sum('rpc_gateway_requests_total')).toBe(1);
    expect(value('rpc_gateway_in_flight_calls{service="billing"}')).toBe(0);
  });
});

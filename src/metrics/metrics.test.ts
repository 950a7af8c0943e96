import { describe, expect, it, vi } from 'vitest';
import { readMetrics } from '../../test/support/prometheus-text.js';
import type { ObservedProcedure } from '../observe/observer.js';
import type { ServiceStatus } from '../status/service-status.js';
import { createTurns } from '../turns.js';
import { FAMILIES } from './families.js';
import type { MeasuredStatus } from './gauges.js';
import type { MeasuredParts } from './measured-parts.js';
import { createMetrics } from './metrics.js';

const REALM = 'com.example.myrealm';
const URI = 'com.billing.get_invoice';
const PROCEDURE: ObservedProcedure = { service: 'billing', procedure: URI, realm: REALM };
const LABELS = `service="billing",procedure="${URI}"`;

const PARTS: MeasuredParts = {
  services: [
    {
      name: 'billing',
      hasToken: true,
      hasSecret: true,
      hasCache: true,
      hasLimit: true,
      hasCertificate: true,
    },
  ],
  procedures: [PROCEDURE],
  realms: [REALM],
  listeners: [
    { name: 'main', hasCertificate: true },
    { name: 'admin', hasCertificate: false },
  ],
  mode: 'embedded',
};

const NO_CALLS = { calls: 0, errors: 0, error_ratio: 0, p50_ms: null, p99_ms: null };

const BILLING: ServiceStatus = {
  name: 'billing',
  base_url: 'https://billing.example.com',
  state: 'up',
  since: '2026-01-01T00:00:00.000Z',
  reason: null,
  live: true,
  in_flight: 5,
  last_error: null,
  last_minute: NO_CALLS,
  last_hour: NO_CALLS,
  pool: { size: 10, busy: 3, idle: 1, streams: 4, waiting: 2 },
  breaker: 'closed',
  cache: { entries: 2, bytes: 6_000, max_bytes: 32_000 },
  probe: null,
  alarm: false,
  token: { callers: null, expires_in_seconds: 60, expires_at: '2026-01-01T00:01:00.000Z' },
  secret: { provider: 'env', age_seconds: 1, last_read_at: '2026-01-01T00:00:02.000Z', cause: null },
  certificate_expires_at: '2027-01-01T00:00:00.000Z',
};

const STATUS: MeasuredStatus = {
  version: '1.2.3',
  node_version: '20.0.0',
  configuration: { file: null, hash: '', loaded_at: '2026-01-01T00:00:00.000Z', last_reload: null },
  realms: [{ name: REALM, sessions: 7, registrations: 8, subscriptions: 9 }],
  services: [BILLING],
  listeners: [
    {
      name: 'main',
      protocol: 'websocket',
      urls: [],
      connections: 4,
      certificate_expires_at: '2028-01-01T00:00:00.000Z',
    },
  ],
  attached_sessions: [],
};

function open({
  parts = PARTS,
  status = {},
}: {
  parts?: MeasuredParts;
  status?: Partial<MeasuredStatus>;
} = {}) {
  const turns = createTurns({ monotonic: () => performance.now() });
  const readStatus = vi.fn(() => ({ ...STATUS, ...status }));
  const metrics = createMetrics({ parts, status: readStatus, turns });
  const scrape = async () => readMetrics(String(await metrics.text()));
  return { metrics, observer: metrics.observer, scrape, readStatus };
}

const own = (series: readonly string[]) => series.filter((name) => name.startsWith('rpc_gateway_'));

describe('metrics', () => {
  it('count a call under its outcome and in its duration class', async () => {
    const { observer, scrape } = open();
    observer.callEnded(PROCEDURE, 'ok', 30, 2, undefined);
    const { value } = await scrape();
    expect(value(`rpc_gateway_requests_total{${LABELS},outcome="ok"}`)).toBe(1);
    expect(value(`rpc_gateway_requests_total{${LABELS},outcome="down"}`)).toBe(0);
    expect(value(`rpc_gateway_request_duration_seconds_bucket{${LABELS},le="0.025"}`)).toBe(0);
    expect(value(`rpc_gateway_request_duration_seconds_bucket{${LABELS},le="0.05"}`)).toBe(1);
    expect(value(`rpc_gateway_request_duration_seconds_sum{${LABELS}}`)).toBe(0.03);
    expect(value(`rpc_gateway_request_duration_seconds_count{${LABELS}}`)).toBe(1);
    expect(value(`rpc_gateway_retries_total{${LABELS}}`)).toBe(1);
  });

  it('count a response that is too large for the router a second time', async () => {
    const { observer, scrape } = open();
    observer.callEnded(PROCEDURE, 'ok', 30, 1, undefined);
    observer.replyTooLarge(REALM, URI);
    observer.replyTooLarge('com.example.other', URI);
    const { value } = await scrape();
    expect(value(`rpc_gateway_requests_total{${LABELS},outcome="ok"}`)).toBe(1);
    expect(value(`rpc_gateway_requests_total{${LABELS},outcome="too_large"}`)).toBe(1);
    const other = 'service="_other",procedure="_other",outcome="too_large"';
    expect(value(`rpc_gateway_requests_total{${other}}`)).toBe(1);
  });

  it('have as many series as docs/operations.md says', async () => {
    const { series } = await open().scrape();
    const labelled = (label: string) => own(series).filter((name) => name.includes(label)).length;
    expect(labelled('procedure="')).toBe(35);
    expect(labelled('{service="billing"') - labelled('procedure="')).toBe(46 + 22 + 3 + 7 + 2);
    expect(labelled('{realm="')).toBe(12);
    expect(labelled('{listener="')).toBe(2 * 8);
  });

  it('count the facts of services, realms and listeners', async () => {
    const { observer, scrape } = open();
    observer.attemptEnded('billing', 'server_error');
    observer.retryBudgetExhausted('billing');
    observer.probeEnded('billing', 'error', 20, 'connect ECONNREFUSED');
    observer.tokenUsed('billing', 'miss');
    observer.tokenFetched('billing', 20, 60_000);
    observer.tokenFetched('billing', 20, undefined);
    observer.secretRead('billing', 'ok');
    observer.routedCallEnded(REALM, 'timeout');
    observer.eventPublished(REALM);
    observer.loginFailed(REALM, 'wamp-scram');
    observer.connectionRejected('main', 'source_full');
    observer.slowReaderClosed('main');
    observer.protocolViolated('main');
    observer.configReloaded('error');
    const { value } = await scrape();
    const ones = [
      'upstream_attempts_total{service="billing",outcome="server_error"}',
      'retry_budget_exhausted_total{service="billing"}',
      'liveness_probes_total{service="billing",outcome="error"}',
      'liveness_probe_duration_seconds_count{service="billing"}',
      'token_cache_total{service="billing",result="miss"}',
      'token_fetch_total{service="billing",outcome="ok"}',
      'token_fetch_total{service="billing",outcome="error"}',
      'secret_resolution_total{service="billing",outcome="ok"}',
      `router_calls_total{realm="${REALM}",outcome="timeout"}`,
      `router_events_total{realm="${REALM}"}`,
      `failed_logins_total{realm="${REALM}",authmethod="wamp-scram"}`,
      'listener_rejected_total{listener="main",reason="source_full"}',
      'slow_readers_closed_total{listener="main"}',
      'protocol_violations_total{listener="main"}',
      'config_reloads_total{outcome="error"}',
    ];
    expect(ones.map((series) => [series, value(`rpc_gateway_${series}`)])).toEqual(
      ones.map((series) => [series, 1]),
    );
    expect(value('rpc_gateway_token_fetch_duration_seconds_count{service="billing"}')).toBe(2);
  });

  it('show the state of the gateway', async () => {
    const { scrape } = open();
    const { value } = await scrape();
    const expected = {
      'in_flight_calls{service="billing"}': 5,
      'in_flight_streams{service="billing"}': 4,
      'pool_connections{service="billing",state="busy"}': 3,
      'pool_connections{service="billing",state="idle"}': 1,
      'pool_waiting{service="billing"}': 2,
      'service_up{service="billing"}': 1,
      'service_ready{service="billing"}': 1,
      'breaker_state{service="billing"}': 0,
      'alarm_active{service="billing"}': 0,
      'token_expiry_timestamp_seconds{service="billing"}': Date.UTC(2026, 0, 1, 0, 1) / 1000,
      'secret_last_success_timestamp_seconds{service="billing"}': Date.UTC(2026, 0, 1, 0, 0, 2) / 1000,
      [`router_sessions{realm="${REALM}"}`]: 7,
      [`router_registrations{realm="${REALM}"}`]: 8,
      [`router_subscriptions{realm="${REALM}"}`]: 9,
      'listener_connections{listener="main"}': 4,
      config_last_reload_success: 1,
      config_last_reload_timestamp_seconds: Date.UTC(2026, 0, 1) / 1000,
      'certificate_expiry_timestamp_seconds{owner="listener:main"}': Date.UTC(2028, 0, 1) / 1000,
      'certificate_expiry_timestamp_seconds{owner="service:billing"}': Date.UTC(2027, 0, 1) / 1000,
      'build_info{version="1.2.3",node_version="20.0.0"}': 1,
    };
    const found = Object.keys(expected).map((series) => [series, value(`rpc_gateway_${series}`)]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it('show a service that is down, disabled, or whose circuit breaker is open', async () => {
    const { scrape } = open({
      status: {
        services: [{ ...BILLING, state: 'down', live: false, breaker: 'open', alarm: true, token: null }],
        configuration: {
          ...STATUS.configuration,
          last_reload: { at: '2026-01-02T00:00:00.000Z', outcome: 'error', problems: [] },
        },
      },
    });
    const { value } = await scrape();
    expect(value('rpc_gateway_service_up{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_service_ready{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_breaker_state{service="billing"}')).toBe(2);
    expect(value('rpc_gateway_alarm_active{service="billing"}')).toBe(1);
    expect(value('rpc_gateway_token_expiry_timestamp_seconds{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_config_last_reload_success')).toBe(0);
    expect(value('rpc_gateway_config_last_reload_timestamp_seconds')).toBe(Date.UTC(2026, 0, 2) / 1000);
  });

  it('show the sessions of a gateway on an existing router, and none of its own router', async () => {
    const session = {
      realm: REALM,
      router: 'wss://router.example.com',
      state: 'serving',
      since: '2026-01-01T00:00:00.000Z',
      cause: null,
      registered_procedures: 1,
      procedures: 1,
    };
    const { observer, scrape } = open({
      parts: { ...PARTS, mode: 'attached', listeners: [] },
      status: { realms: [], listeners: [], attached_sessions: [session] },
    });
    observer.linkFailed(REALM, 'goodbye');
    const { value, series } = await scrape();
    expect(value(`rpc_gateway_attached_session_up{realm="${REALM}"}`)).toBe(1);
    expect(value(`rpc_gateway_attached_registered_procedures{realm="${REALM}"}`)).toBe(1);
    expect(value(`rpc_gateway_attached_reconnects_total{realm="${REALM}",reason="goodbye"}`)).toBe(1);
    expect(series.filter((name) => name.startsWith('rpc_gateway_router_'))).toEqual([]);
  });

  it('have every name of the reference, and those of the process', async () => {
    const { scrape } = open();
    const { names } = await scrape();
    expect(own(names).toSorted()).toEqual(
      Object.keys(FAMILIES)
        .map((name) => `rpc_gateway_${name}`)
        .toSorted(),
    );
    expect(names).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']),
    );
    expect(names.filter((name) => name.startsWith('nodejs_active_'))).toEqual([]);
  });

  it('have the same series before and after the first events', async () => {
    const { observer, scrape } = open();
    const { series: before } = await scrape();
    observer.callEnded(PROCEDURE, 'too_large', 30, 2, undefined);
    observer.loginFailed(REALM, 'ticket');
    observer.tokenFetched('billing', 20, undefined);
    expect(own((await scrape()).series)).toEqual(own(before));
  });

  it('show nothing of a service without a token, a secret or a certificate', async () => {
    const parts = {
      ...PARTS,
      services: [
        {
          name: 'billing',
          hasToken: false,
          hasSecret: false,
          hasCache: false,
          hasLimit: false,
          hasCertificate: false,
        },
      ],
    };
    const { series } = await open({ parts }).scrape();
    expect(series.filter((name) => /_(token|secret)_|"service:/.test(name))).toEqual([]);
  });

  it('drop the series of removed procedures, and keep the values of the others', async () => {
    const { metrics, observer, scrape } = open();
    observer.callEnded(PROCEDURE, 'ok', 30, 1, undefined);
    const procedures = [...PARTS.procedures, { ...PROCEDURE, procedure: 'com.billing.pay' }];
    metrics.setParts({ ...PARTS, procedures });
    // A reload compiles the procedures anew, so the objects are others.
    observer.callEnded({ ...PROCEDURE }, 'ok', 30, 1, undefined);
    observer.callEnded(PROCEDURE, 'ok', 30, 1, undefined);
    const { value } = await scrape();
    expect(value(`rpc_gateway_requests_total{${LABELS},outcome="ok"}`)).toBe(3);
    metrics.setParts({ ...PARTS, procedures: procedures.slice(1) });
    expect((await scrape()).series.filter((name) => name.includes(URI))).toEqual([]);
  });

  it('count the late call of a removed procedure under its service', async () => {
    const { metrics, observer, scrape } = open();
    const others = { ...PARTS, procedures: [{ ...PROCEDURE, procedure: 'com.billing.pay' }] };
    metrics.setParts(others);
    expect((await scrape()).series.filter((name) => name.includes('_other'))).toEqual([]);
    observer.callEnded(PROCEDURE, 'ok', 30, 2, undefined);
    metrics.setParts({ ...others });
    observer.callEnded(PROCEDURE, 'ok', 30, 1, undefined);
    const { value, sum } = await scrape();
    const other = 'service="billing",procedure="_other"';
    expect(value(`rpc_gateway_requests_total{${other},outcome="ok"}`)).toBe(2);
    expect(value(`rpc_gateway_request_duration_seconds_count{${other}}`)).toBe(2);
    expect(value(`rpc_gateway_retries_total{${other}}`)).toBe(1);
    expect(sum('rpc_gateway_requests_total')).toBe(2);
  });

  it('count the late call of a removed service as _other', async () => {
    const { metrics, observer, scrape } = open();
    metrics.setParts({ ...PARTS, services: [], procedures: [] });
    observer.callEnded(PROCEDURE, 'ok', 30, 1, undefined);
    observer.attemptEnded('billing', 'ok');
    observer.probeEnded('billing', 'ok', 3, undefined);
    const { value } = await scrape();
    const other = 'service="_other",procedure="_other",outcome="ok"';
    expect(value(`rpc_gateway_requests_total{${other}}`)).toBe(1);
    expect(value('rpc_gateway_upstream_attempts_total{service="_other",outcome="ok"}')).toBe(1);
    expect(value('rpc_gateway_liveness_probe_duration_seconds_count{service="_other"}')).toBe(1);
  });

  it('show 0 for parts that the status does not have yet', async () => {
    const { scrape } = open({ status: { services: [], realms: [], listeners: [] } });
    const { value } = await scrape();
    expect(value('rpc_gateway_service_up{service="billing"}')).toBe(0);
    expect(value('rpc_gateway_listener_connections{listener="main"}')).toBe(0);
    expect(value('rpc_gateway_certificate_expiry_timestamp_seconds{owner="listener:main"}')).toBe(0);
  });

  it('read the state once for scrapes at the same time', async () => {
    const { metrics, readStatus } = open();
    const [one, two] = await Promise.all([metrics.text(), metrics.text()]);
    expect(one).toBe(two);
    expect(readStatus).toHaveBeenCalledTimes(1);
    await metrics.text();
    expect(readStatus).toHaveBeenCalledTimes(2);
  });

  it('of several gateways in one process do not mix', async () => {
    const [one, two] = [open(), open()];
    one.observer.eventPublished(REALM);
    expect((await one.scrape()).sum('rpc_gateway_router_events_total')).toBe(1);
    expect((await two.scrape()).sum('rpc_gateway_router_events_total')).toBe(0);
  });

  it('fail for one scrape only, if the state cannot be read', async () => {
    const { metrics, readStatus } = open();
    readStatus.mockImplementationOnce(() => {
      throw new Error('no state');
    });
    await expect(metrics.text()).rejects.toThrow('no state');
    expect(String(await metrics.text())).toContain('rpc_gateway_build_info');
  });
});

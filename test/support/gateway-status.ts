import type { GatewayStatus } from '../../src/status/gateway-status.js';
import type { CallFigures, ServiceStatus } from '../../src/status/service-status.js';

export const NO_CALLS: CallFigures = { calls: 0, errors: 0, error_ratio: 0, p50_ms: null, p99_ms: null };

/** A service without calls. */
export const serviceStatus = (name: string, more: Partial<ServiceStatus> = {}): ServiceStatus => ({
  name,
  base_url: 'https://api.example.com',
  state: 'up',
  since: '2026-01-01T00:00:00.000Z',
  reason: null,
  live: true,
  in_flight: 0,
  last_error: null,
  last_minute: NO_CALLS,
  last_hour: NO_CALLS,
  pool: { size: 25, busy: 0, idle: 0, streams: 0, waiting: 0 },
  breaker: null,
  cache: null,
  probe: null,
  alarm: false,
  token: null,
  secret: null,
  certificate_expires_at: null,
  ...more,
});

/** A gateway that runs for one hour. */
export const gatewayStatus = (more: Partial<GatewayStatus> = {}): GatewayStatus => ({
  version: '1.2.3',
  node_version: '20.0.0',
  state: 'ready',
  missing: [],
  mode: 'embedded',
  started_at: '2026-01-01T00:00:00.000Z',
  uptime_seconds: 3_600,
  configuration: {
    file: '/etc/rpc-gateway/bondy.conf',
    hash: 'e3b0c44298fc1c14',
    loaded_at: '2026-01-01T00:00:00.000Z',
    last_reload: null,
  },
  realms: [{ name: 'com.example.myrealm', sessions: 0, registrations: 1, subscriptions: 0 }],
  services: [serviceStatus('billing')],
  procedures: [
    {
      uri: 'com.billing.get_invoice',
      realm: 'com.example.myrealm',
      service: 'billing',
      method: 'GET',
      path: '/invoices/{{id}}',
    },
  ],
  listeners: [],
  attached_sessions: [],
  alarms: [],
  added_paths: [],
  ...more,
});

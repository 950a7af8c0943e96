import { describe, expect, it } from 'vitest';
import { gatewayStatus, serviceStatus } from '../../test/support/gateway-status.js';
import { paintForTerminal, paintNothing } from './colour.js';
import { statusText } from './status-table.js';

const BUSY = serviceStatus('billing', {
  in_flight: 12,
  last_minute: { calls: 3_000, errors: 15, error_ratio: 0.005, p50_ms: 20, p99_ms: 123.4 },
  token: { callers: null, expires_in_seconds: 2_712, expires_at: '2026-01-01T01:45:12.000Z' },
  last_error: {
    id: 'k3j9x2p1',
    outcome: 'timeout',
    procedure: 'com.billing.get_invoice',
    at: '2026-01-01T00:58:00.000Z',
  } as never,
});

describe('the table of rpc-gateway status', () => {
  it('has a row for each service', () => {
    const waiting = serviceStatus('stock', {
      token: { callers: null, expires_in_seconds: null, expires_at: null },
    });
    const services = [BUSY, serviceStatus('shop'), waiting];
    const text = statusText(gatewayStatus({ services }), paintNothing);
    expect(text).toBe(
      `rpc-gateway 1.2.3, ready, up 1h, /etc/rpc-gateway/bondy.conf, 1 realm, 1 procedure

SERVICE  STATE    RATE  ERRORS     P99  IN FLIGHT  TOKEN     LAST ERROR
billing  up     50.0/s   0.5 %  123 ms         12  45m12s    timeout 2m ago, id k3j9x2p1
shop     up        0/s       –       –          0  –         –
stock    up        0/s       –       –          0  none now  –
`,
    );
  });

  it('says below what is wrong', () => {
    const since = '2026-01-01T00:59:00.000Z';
    const text = statusText(
      gatewayStatus({
        state: 'starting',
        missing: ['the procedures are not registered yet'],
        mode: 'attached',
        services: [
          serviceStatus('billing', { state: 'down', since, alarm: true, reason: 'its probes fail' }),
          serviceStatus('shop', { state: 'waiting', since, reason: 'a secret has not been read' }),
        ],
        alarms: [{ service: 'billing', severity: 'major', reason: 'connect ECONNREFUSED', raised_at: since }],
        attached_sessions: [
          {
            realm: 'com.example.myrealm',
            router: 'wss://router.example.com/ws',
            state: 'waiting',
            since,
            cause: 'connect ECONNREFUSED',
            registered_procedures: 0,
            procedures: 1,
          },
        ],
        configuration: {
          file: null,
          hash: 'e3b0c44298fc1c14',
          loaded_at: since,
          last_reload: { at: since, outcome: 'error', problems: ['bondy.conf:3: a.b: is wrong'] },
        },
      }),
      paintNothing,
    );
    expect(text.slice(text.indexOf('Missing'))).toBe(`Missing:
  the procedures are not registered yet

Alarms:
  service billing: connect ECONNREFUSED, since ${since}

Not up:
  service shop: a secret has not been read, since ${since}

Not attached:
  realm com.example.myrealm, wss://router.example.com/ws: connect ECONNREFUSED

The last reload failed, at ${since}:
  bondy.conf:3: a.b: is wrong
`);
  });

  it('has colours that do not move the columns', () => {
    const services = [BUSY, serviceStatus('shop', { state: 'disabled' })];
    const plain = statusText(gatewayStatus({ services }), paintNothing);
    const painted = statusText(gatewayStatus({ services }), paintForTerminal);
    expect(painted).toContain('\u001b[1;31mdisabled\u001b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
    expect(painted.replace(/\u001b\[[\d;]*m/g, '')).toBe(plain);
  });

  it('lets no text of an API control the terminal', () => {
    const text = statusText(
      gatewayStatus({
        alarms: [
          { service: 'billing', severity: 'major', reason: 'a\u001b[2Jb\nc', raised_at: '2026-01-01' },
        ],
      }),
      paintNothing,
    );
    expect(text).toContain('service billing: a\\u001b[2Jb c, since');
  });
});

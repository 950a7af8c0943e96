import { describe, expect, it } from 'vitest';
import { createTurns } from '../turns.js';
import type { MeasuredStatus } from './gauges.js';
import type { MeasuredParts } from './measured-parts.js';
import { createMetrics } from './metrics.js';

const PARTS: MeasuredParts = {
  services: [{ name: 'billing', hasToken: true, hasSecret: false, hasCertificate: false }],
  procedures: [{ service: 'billing', procedure: 'com.billing.get_invoice' }],
  realms: ['com.example.myrealm'],
  listeners: [{ name: 'main', isForClients: true, hasCertificate: false }],
  mode: 'embedded',
};

const STATUS: MeasuredStatus = {
  version: '1.2.3',
  node_version: '20.0.0',
  configuration: { file: null, hash: '', loaded_at: '2026-01-01T00:00:00.000Z', last_reload: null },
  realms: [],
  services: [],
  listeners: [],
  attached_sessions: [],
};

const open = (status: MeasuredStatus = STATUS) =>
  createMetrics({
    parts: PARTS,
    status: () => status,
    turns: createTurns({ monotonic: () => performance.now() }),
  });

describe('metrics', () => {
  it('count a call under its outcome and in its duration class', async () => {
    const metrics = open();
    const procedure = {
      service: 'billing',
      procedure: 'com.billing.get_invoice',
      realm: 'com.example.myrealm',
    };
    metrics.observer.callEnded(procedure, 'ok', 30, 2, undefined);
    const text = await metrics.text();
    const labels = 'service="billing",procedure="com.billing.get_invoice"';
    expect(text).toContain(`\nrpc_gateway_requests_total{${labels},outcome="ok"} 1\n`);
    expect(text).toContain(`\nrpc_gateway_requests_total{${labels},outcome="down"} 0\n`);
    expect(text).toContain(`\nrpc_gateway_request_duration_seconds_bucket{${labels},le="0.025"} 0\n`);
    expect(text).toContain(`\nrpc_gateway_request_duration_seconds_bucket{${labels},le="0.05"} 1\n`);
    expect(text).toContain(`\nrpc_gateway_request_duration_seconds_bucket{${labels},le="+Inf"} 1\n`);
    expect(text).toContain(`\nrpc_gateway_request_duration_seconds_sum{${labels}} 0.03\n`);
    expect(text).toContain(`\nrpc_gateway_retries_total{${labels}} 1\n`);
  });
});

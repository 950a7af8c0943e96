import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const ID = { id: 1 };

describe('the status of a gateway', () => {
  const closeLater = closeAfterEach();

  async function open(options: GatewayFixtureOptions = {}) {
    const fixture = await openGatewayFixture(options);
    closeLater(fixture);
    const billing = () => fixture.gateway.status().services[0]!;
    return { ...fixture, billing };
  }

  it('describes the gateway, its procedures, realms and listeners', async () => {
    const { gateway } = await open();
    expect(gateway.status()).toMatchObject({
      state: 'ready',
      missing: [],
      mode: 'embedded',
      realms: [{ name: 'com.example.myrealm', sessions: 1 }],
      listeners: [{ name: 'test', protocol: 'websocket', certificate_expires_at: null }],
      configuration: { file: null, hash: expect.stringMatching(/^[0-9a-f]{64}$/), last_reload: null },
      attached_sessions: [],
      alarms: [],
      added_paths: [],
    });
    expect(gateway.status().procedures).toContainEqual({
      uri: GET,
      realm: 'com.example.myrealm',
      service: 'billing',
      method: 'GET',
      path: '/invoices/{{id}}',
    });
    await gateway.stop();
    expect(gateway.status()).toMatchObject({ state: 'stopped', services: [] });
  });

  it('counts calls and their errors, and names the last error', async () => {
    const { caller, upstream, billing } = await open({ lines: ['+retries = 0'] });
    await caller.call(GET, ID);
    upstream.respondWith(() => ({ status: 500 }));
    await caller.call(GET, ID);
    expect(billing()).toMatchObject({
      name: 'billing',
      state: 'up',
      in_flight: 0,
      last_minute: { calls: 2, errors: 1, error_ratio: 0.5 },
      last_error: { outcome: 'server_error', procedure: GET },
      pool: { busy: 0, idle: 1, waiting: 0 },
    });
  });

  it('counts the calls in flight and those that wait for a connection', async () => {
    const { caller, upstream, billing } = await open({ lines: ['+pool.size = 1'] });
    upstream.respondWith(() => HANG);
    const calls = [caller.call(GET, ID), caller.call(GET, ID)];
    await expect.poll(() => billing().pool.waiting).toBe(1);
    expect(billing()).toMatchObject({ in_flight: 2, pool: { busy: 1, waiting: 1 } });
    await upstream.close();
    await Promise.all(calls);
  });
});

describe('an operator', () => {
  const closeLater = closeAfterEach();

  async function open(options: GatewayFixtureOptions = {}) {
    const fixture = await openGatewayFixture(options);
    closeLater(fixture);
    return fixture;
  }

  it('disables a service, whose calls then end with down and without retry_after', async () => {
    const { gateway, caller, upstream } = await open();
    expect(await gateway.act('billing', 'disable')).toEqual({
      kind: 'done',
      detail: 'the service is disabled',
    });
    const refused = await caller.call(GET, ID);
    expect(refused).toMatchObject({ kind: 'error', kwargs: { status: 503, code: 'down', attempts: 0 } });
    expect(refused).not.toHaveProperty('kwargs.retry_after');
    expect(upstream.requests).toHaveLength(0);
    expect(gateway.status().services[0]).toMatchObject({ state: 'disabled' });
    await gateway.act('billing', 'enable');
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
  });

  it('probes an API', async () => {
    const { gateway, upstream } = await open();
    expect(await gateway.act('billing', 'probe')).toMatchObject({ kind: 'done' });
    await upstream.close();
    expect(await gateway.act('billing', 'probe')).toMatchObject({ kind: 'failed' });
    expect(gateway.status().services[0]?.probe).toMatchObject({ outcome: 'error' });
  });

  it('cannot act on what a service does not have', async () => {
    const { gateway } = await open({ lines: ['+liveness.enabled = off'] });
    for (const action of ['probe', 'refresh_token', 'refresh_secret'] as const) {
      expect(await gateway.act('billing', action)).toMatchObject({ kind: 'impossible' });
    }
    expect(await gateway.act('shop', 'probe')).toEqual({
      kind: 'unknown',
      reason: 'there is no service shop',
    });
  });
});

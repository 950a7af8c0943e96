import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { HANG, startRecordingUpstream } from '../../support/recording-upstream.js';
import { inShort, openReloadFixture } from '../../support/reload-fixture.js';
import { ADMIN_LINES, scrape } from '../../support/scrape.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

const shop = (url: string): string =>
  [
    `base_url = ${url}`,
    'procedures.get_item.uri = com.shop.get_item',
    `procedures.get_item.realm = ${REALM}`,
    'procedures.get_item.path = /items/{{id}}',
  ]
    .map((line) => `rpc_gateway.services.shop.${line}\n`)
    .join('');

describe('the metrics after a reload', () => {
  const closeLater = closeAfterEach();

  async function open(conf: (url: string) => string) {
    const upstream = closeLater(await startRecordingUpstream());
    const { url } = upstream;
    const withAdmin = (text: string) => `${text}${ADMIN_LINES.join('\n')}\n`;
    const fixture = await openReloadFixture(withAdmin(conf(url)));
    closeLater(fixture.close);
    const caller = closeLater(await connectCaller(fixture.url));
    return {
      upstream,
      url,
      call: (uri: string) => caller.call(uri, { id: 1 }),
      reload: (text: string) => fixture.reload(withAdmin(text)),
      metrics: () => scrape(fixture.gateway),
      gateway: fixture.gateway,
    };
  }

  it('keep the counters of a service that has changed', async () => {
    const { url, call, reload, metrics } = await open(billingConf);
    await call(GET);
    await reload(billingConf(url, '+timeout = 5s'));
    await call(GET);
    const { sum } = await metrics();
    expect(sum('rpc_gateway_requests_total', { procedure: GET, outcome: 'ok' })).toBe(2);
    expect(sum('rpc_gateway_upstream_attempts_total', { service: 'billing' })).toBe(2);
    expect(sum('rpc_gateway_in_flight_calls')).toBe(0);
  });

  it('add up the calls and connections of a changed service and of its predecessor', async () => {
    const { upstream, url, call, reload, metrics, gateway } = await open(billingConf);
    await call(POST);
    upstream.respondWith(() => HANG);
    const calls = [call(GET)];
    await upstream.arrived(2);
    await reload(billingConf(url, '+timeout = 5s', '+pool.size = 1'));
    calls.push(call(GET));
    await upstream.arrived(3);
    await reload(billingConf(url, '+timeout = 6s', '+pool.size = 1'));
    calls.push(call(GET), call(GET));
    await upstream.arrived(4);
    await expect.poll(() => gateway.status().services[0]?.in_flight).toBe(4);
    const { value } = await metrics();
    expect(value('rpc_gateway_in_flight_calls{service="billing"}')).toBe(4);
    expect(value('rpc_gateway_pool_connections{service="billing",state="busy"}')).toBe(3);
    expect(value('rpc_gateway_pool_waiting{service="billing"}')).toBe(1);
    expect(gateway.status().services[0]?.pool).toEqual({ size: 1, busy: 3, idle: 0, streams: 0, waiting: 1 });
    await upstream.close();
    await Promise.all(calls);
    const after = await metrics();
    expect(after.sum('rpc_gateway_in_flight_calls')).toBe(0);
    expect(after.sum('rpc_gateway_pool_connections', { state: 'busy' })).toBe(0);
    expect(after.sum('rpc_gateway_pool_waiting')).toBe(0);
  });

  it('count the running calls of a removed service that comes back', async () => {
    const { upstream, url, call, reload, metrics } = await open((base) => billingConf(base) + shop(base));
    upstream.respondWith(() => HANG);
    const running = call('com.shop.get_item');
    await upstream.arrived(1);
    await reload(billingConf(url));
    // The predecessor of billing has no calls, so it closes while shop still runs one.
    await reload(billingConf(url, '+timeout = 5s'));
    await reload(billingConf(url) + shop(url));
    const before = await metrics();
    expect(before.value('rpc_gateway_in_flight_calls{service="shop"}')).toBe(1);
    expect(before.value('rpc_gateway_pool_connections{service="shop",state="busy"}')).toBe(1);
    await upstream.close();
    await running;
    expect((await metrics()).value('rpc_gateway_in_flight_calls{service="shop"}')).toBe(0);
  });

  it('count a call under its service if the reload has removed its procedure', async () => {
    const { upstream, url, call, reload, metrics } = await open(billingConf);
    let held: ServerResponse | undefined;
    upstream.respondWith(({ method }, response) => {
      if (method === 'POST') return { status: 404 };
      held = response;
      return 'handled';
    });
    const running = call(GET);
    await upstream.arrived(1);
    await reload(billingConf(url).replace(/^.*procedures\.get_invoice\..*\n/gm, ''));
    held?.end();
    expect(await running).toMatchObject({ kind: 'result' });
    await call(POST);
    const { value, sum } = await metrics();
    const other = 'service="billing",procedure="_other"';
    expect(value(`rpc_gateway_requests_total{${other},outcome="ok"}`)).toBe(1);
    expect(sum('rpc_gateway_requests_total', { service: 'billing' })).toBe(2);
    expect(sum('rpc_gateway_requests_total')).toBe(2);
    expect(sum('rpc_gateway_request_duration_seconds_count')).toBe(2);
    expect(sum('rpc_gateway_upstream_attempts_total')).toBe(2);
    expect(sum('rpc_gateway_router_calls_total')).toBe(2);
    expect(sum('rpc_gateway_in_flight_calls')).toBe(0);
  });

  it('have the series of new services, and none of removed services and procedures', async () => {
    const { url, call, reload, metrics } = await open((base) => billingConf(base) + shop(base));
    await call('com.shop.get_item');
    await reload(billingConf(url).replace(/^.*procedures\.create_invoice.*\n/gm, ''));
    const without = await metrics();
    expect(without.series.filter((name) => /shop|create_invoice/.test(name))).toEqual([]);
    await reload(billingConf(url) + shop(url));
    const { sum } = await metrics();
    expect(sum('rpc_gateway_service_up', { service: 'shop' })).toBe(1);
    expect(sum('rpc_gateway_requests_total', { service: 'shop' })).toBe(0);
    await call(POST);
    expect((await metrics()).sum('rpc_gateway_requests_total', { procedure: POST })).toBe(1);
  });

  it('say how the last reload ended', async () => {
    const { url, reload, metrics } = await open(billingConf);
    const before = await metrics();
    const at = (scraped: typeof before) => scraped.value('rpc_gateway_config_last_reload_timestamp_seconds')!;
    expect(before.value('rpc_gateway_config_last_reload_success')).toBe(1);
    expect(inShort(await reload(billingConf(url, '+timeout = 5s')))).toContain('service billing changed');
    const good = await metrics();
    expect(good.value('rpc_gateway_config_reloads_total{outcome="ok"}')).toBe(1);
    expect(good.value('rpc_gateway_config_last_reload_success')).toBe(1);
    expect(at(good)).toBeGreaterThanOrEqual(at(before));

    const taken = closeLater(createServer().listen(0, '127.0.0.1'));
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const outcome = await reload(billingConf(url, '', `listeners.other.port = ${port}`));
    expect(outcome).toMatchObject({ kind: 'failed' });
    const bad = await metrics();
    expect(bad.value('rpc_gateway_config_reloads_total{outcome="error"}')).toBe(1);
    expect(bad.value('rpc_gateway_config_last_reload_success')).toBe(0);
    expect(bad.series.filter((name) => name.includes('listener="other"'))).toEqual([]);
  });
});

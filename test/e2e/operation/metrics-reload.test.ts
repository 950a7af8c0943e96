import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
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
    const { url } = closeLater(await startRecordingUpstream());
    const withAdmin = (text: string) => `${text}${ADMIN_LINES.join('\n')}\n`;
    const fixture = await openReloadFixture(withAdmin(conf(url)));
    closeLater(fixture.close);
    const caller = closeLater(await connectCaller(fixture.url));
    return {
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

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { issuing, startIdp } from '../../support/idp.js';
import { readAlerts, readDashboard, withoutVariables } from '../../support/monitoring.js';
import { ADMIN_LINES, scrapeText } from '../../support/scrape.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';
import {
  ALERT_TESTS,
  ALERTS,
  hasPrometheus,
  type Prometheus,
  promtool,
  startPrometheus,
} from './prometheus.js';

const GET = 'com.billing.get_invoice';
const REALM = 'com.example.myrealm';

/**
 * A gateway with its own router and one that is attached to it. Together they have every metric:
 * tokens, secrets, certificates.
 */
async function openGateways() {
  const idp = await startIdp(issuing({ expires_in: 3600 }));
  const fixture = await openGatewayFixture({
    lines: [
      `+auth.fetch.url = ${idp.origin}/oauth/token`,
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.expires_in_path = expires_in',
      '+auth.apply.format = Bearer {{token}}',
      '+procedures.get_invoice.cache = on',
      '+auth.secrets.provider = env',
      '+auth.secrets.vars.client_id.field = CLIENT_ID',
      `+tls.certfile = ${TLS_FILES.clientCert}`,
      `+tls.keyfile = ${TLS_FILES.clientKey}`,
      ...ADMIN_LINES,
    ],
    gateway: { env: { CLIENT_ID: 'billing' } },
  });
  const service = 'rpc_gateway.services.orders';
  const conf = [
    `${service}.base_url = ${fixture.upstream.url}`,
    `${service}.procedures.get.uri = com.orders.get`,
    `${service}.procedures.get.realm = ${REALM}`,
    `${service}.procedures.get.path = /orders`,
    `router.url = ${fixture.gateway.url}`,
    ...ADMIN_LINES,
  ];
  const attached = createGateway(parseConfig(conf.join('\n'), { env: {} }));
  await attached.start();
  return {
    ...fixture,
    attached,
    async close() {
      await attached.stop(0);
      await fixture.close();
      await idp.close();
    },
  };
}

const addressOf = ({ adminEndpoints }: Gateway): string => new URL(adminEndpoints[0]!).host;

describe.skipIf(!hasPrometheus)('promtool', () => {
  it('accepts the alerts, and they fire when they should', async () => {
    expect(await promtool(['check', 'rules', ALERTS])).toContain('SUCCESS: 10 rules found');
    expect(await promtool(['test', 'rules', ALERT_TESTS])).toContain('SUCCESS');
  });

  it('accepts the metrics of both kinds of gateway', async () => {
    const gateways = await openGateways();
    try {
      for (const gateway of [gateways.gateway, gateways.attached]) {
        expect(await promtool(['check', 'metrics'], await scrapeText(gateway))).toBe('');
      }
    } finally {
      await gateways.close();
    }
  });
});

describe.skipIf(!hasPrometheus)('a real Prometheus', () => {
  let gateways: GatewayFixture & { readonly attached: Gateway };
  let prometheus: Prometheus;
  beforeAll(async () => {
    gateways = await openGateways();
    prometheus = await startPrometheus([gateways.gateway, gateways.attached].map(addressOf));
    const callOften = async (): Promise<number> => {
      for (let id = 0; id < 5; id++) await gateways.caller.call(GET, { id });
      await gateways.caller.call('com.orders.get', {});
      const up = await prometheus.query('up == 1').catch(() => []);
      const rate = await prometheus
        .query('rate(rpc_gateway_requests_total{outcome="ok"}[5s]) > 0')
        .catch(() => []);
      return Math.min(up.length, rate.length);
    };
    // Both are up, and the calls of both have a rate.
    await vi.waitFor(async () => expect(await callOften()).toBe(2), { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => {
    await prometheus.close();
    await gateways.close();
  });

  it('scrapes the values that the gateway counts', async () => {
    await gateways.caller.call(GET, {});
    const refused = 'rpc_gateway_requests_total{service="billing",outcome="bad_request"} == 1';
    await expect.poll(async () => (await prometheus.query(refused)).length).toBe(1);
    const [cache] = await prometheus.query('sum(rpc_gateway_token_cache_total{result="hit"})');
    expect(Number(cache?.value[1])).toBeGreaterThan(0);
    const [version] = await prometheus.query('rpc_gateway_build_info{job="rpc-gateway"}');
    expect(version?.metric['node_version']).toBe(process.versions.node);
  });

  it.each(readDashboard().queries.map((query) => [query]))(
    'understands the query of the dashboard: %s',
    async (query) => {
      await expect(prometheus.query(withoutVariables(query))).resolves.toBeInstanceOf(Array);
    },
  );

  it('has a value for every query of the dashboard, but for those of rare events', async () => {
    const empty: string[] = [];
    for (const query of readDashboard().queries) {
      const result = await prometheus.query(withoutVariables(query));
      if (result.length === 0) empty.push(query);
    }
    // They show only what has happened: refused connections, failed logins, limited requests, lost sessions, reloads.
    const rare =
      /listener_rejected_total|failed_logins_total|requests_limited_total|attached_reconnects_total|changes\(/;
    expect(empty.filter((query) => !rare.test(query))).toEqual([]);
  });

  it('evaluates every alert, and none fires for a healthy gateway', async () => {
    const healthy = Object.fromEntries(readAlerts().map(({ alert }) => [alert, 'ok']));
    await expect.poll(() => prometheus.ruleHealth()).toEqual(healthy);
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });
});

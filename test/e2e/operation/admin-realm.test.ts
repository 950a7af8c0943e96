import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { OPEN_REALM, openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGateway } from '../../support/gateway.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

const closing = closeAfterEach();

const REALM = 'com.example.operators';
const NODE = `rpc-gateway@${hostname()}`;
const LIST = 'bondy.http_connector.service.list';
const GET = 'bondy.http_connector.service.get';
const STATUS = 'bondy.http_connector.service.status';
const ALARMS = 'bondy.alarm.list';

const PROBED = ['+liveness.interval = 20ms', '+liveness.failure_threshold = 1', '+liveness.path = /health'];

async function start(...lines: string[]) {
  const upstream = closing(await startRecordingUpstream());
  const gateway = await startGateway(billingConf(upstream.url, `admin.realm = ${REALM}`, ...lines));
  closing(() => gateway.stop(0));
  const operator = closing(await connectCaller(gateway.url, REALM));
  return { upstream, gateway, operator };
}

const alarmOf = (upstream: RecordingUpstream) => ({
  id: ['http_connector_service_down', 'billing'],
  catalogue_id: ['http_connector_service_down', '_'],
  node: NODE,
  description: 'the service billing does not answer its probes',
  severity: 'major',
  class: 'integration',
  affects_ready: false,
  details: { service: 'billing', endpoint: upstream.url, reason: 'the probe got the status 500' },
  raised_at: expect.any(Number),
  updated_at: expect.any(Number),
});

/** Subscribes to both topics, and returns the next events, each with its topic. */
async function subscribeToAlarms(url: string, realm: string) {
  const client = await connectRaw(url);
  closing(() => client.close());
  await hello(client, realm);
  const topics = new Map<unknown, string>();
  for (const topic of ['bondy.alarm.raised', 'bondy.alarm.cleared']) {
    client.send([MESSAGE.SUBSCRIBE, topics.size + 1, {}, topic]);
    const [, , subscription] = await client.next();
    topics.set(subscription, topic);
  }
  return async () => {
    const [type, subscription, , , args] = await client.next();
    expect(type).toBe(MESSAGE.EVENT);
    return [topics.get(subscription), args];
  };
}

describe('the realm for operators', () => {
  it('has the services of the gateway', async () => {
    const { upstream, operator } = await start();
    const billing = {
      name: 'billing',
      source: 'conf',
      enabled: true,
      base_url: upstream.url,
      procedures: expect.arrayContaining([
        {
          uri: 'com.billing.get_invoice',
          realm: 'com.example.myrealm',
          method: 'GET',
          path: '/invoices/{{id}}',
        },
      ]),
    };
    expect((await operator.call(LIST)).args).toEqual([[billing]]);
    expect((await operator.call(GET, {}, { args: ['billing'] })).args).toEqual([billing]);
    expect(await operator.call(GET, {}, { args: ['shop'] })).toMatchObject({
      kind: 'error',
      uri: 'bondy.error.not_found',
    });
    const [status] = (await operator.call(STATUS)).args;
    expect(status).toEqual([
      expect.objectContaining({
        name: 'billing',
        source: 'conf',
        enabled: true,
        ready: true,
        state: 'up',
        pool: expect.objectContaining({ size: 25 }),
        callees: { 'com.example.myrealm': 1 },
      }),
    ]);
  });

  it.each([
    [LIST, ['billing']],
    [GET, []],
    [GET, ['billing', 'shop']],
    [GET, [1]],
    [STATUS, ['billing']],
    [ALARMS, [{}]],
  ])('refuses wrong arguments of %s: %j', async (procedure, args) => {
    const { operator } = await start();
    expect(await operator.call(procedure, {}, { args })).toMatchObject({
      kind: 'error',
      uri: 'wamp.error.invalid_argument',
    });
  });

  it('lists an alarm while it lasts, and publishes its beginning and its end', async () => {
    const { upstream, gateway, operator } = await start(...PROBED);
    const next = await subscribeToAlarms(gateway.url, REALM);
    expect((await operator.call(ALARMS)).args).toEqual([
      { alarms: [], nodes: { answered: [NODE], silent: [] } },
    ]);
    upstream.respondWith(() => ({ status: 500 }));
    const alarm = alarmOf(upstream);
    const raised = await next();
    expect(raised).toEqual(['bondy.alarm.raised', [alarm]]);
    const [list] = (await operator.call(ALARMS)).args as [{ readonly alarms: readonly unknown[] }];
    expect(list).toEqual({ alarms: [alarm], nodes: { answered: [NODE], silent: [] } });
    upstream.respondWith(() => ({}));
    expect(await next()).toEqual(['bondy.alarm.cleared', raised[1]]);
    expect((await operator.call(ALARMS)).args).toMatchObject([{ alarms: [] }]);
  });

  it('does not exist without admin.realm', async () => {
    const upstream = closing(await startRecordingUpstream());
    const gateway = await startGateway(billingConf(upstream.url));
    closing(() => gateway.stop(0));
    const caller = closing(await connectCaller(gateway.url));
    expect((await caller.call(LIST)).uri).toBe('wamp.error.no_such_procedure');
    await expect(connectCaller(gateway.url, REALM)).rejects.toThrow();
  });

  it('may be a realm with other procedures, and outlives a restart', async () => {
    const upstream = closing(await startRecordingUpstream());
    const conf = billingConf(upstream.url, 'admin.realm = com.example.myrealm', 'listeners.test.port = 0');
    const gateway = createGateway(parseConfig(conf, { env: {} }));
    for (let run = 0; run < 2; run++) {
      await gateway.start();
      const caller = await connectCaller(gateway.endpoints[0]!);
      expect((await caller.call(ALARMS)).kind).toBe('result');
      expect((await caller.call('com.billing.get_invoice', { id: 1 })).kind).toBe('result');
      await caller.close();
      await gateway.stop(0);
    }
  });
});

describe('the realm for operators on an existing router', () => {
  it('has the procedures and the alarms of all gateways', async () => {
    const fixture = closing(
      await openAttachedFixture({
        realms: [OPEN_REALM, { ...OPEN_REALM, uri: REALM }],
      }),
    );
    const { upstream } = fixture;
    const { gateway } = await fixture.attachAndWait([`admin.realm = ${REALM}`, ...PROBED]);
    expect(gateway.status().attached_sessions).toMatchObject([
      { realm: 'com.example.myrealm', state: 'serving' },
      { realm: REALM, state: 'serving', procedures: 4 },
    ]);
    const operator = closing(await connectCaller(fixture.router.url, REALM));
    expect((await operator.call(LIST)).args).toMatchObject([[{ name: 'billing' }]]);
    const next = await subscribeToAlarms(fixture.router.url, REALM);
    upstream.respondWith(() => ({ status: 500 }));
    expect(await next()).toEqual(['bondy.alarm.raised', [alarmOf(upstream)]]);
    upstream.respondWith(() => ({}));
    expect(await next()).toEqual(['bondy.alarm.cleared', [alarmOf(upstream)]]);
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openConsole } from '../../support/console-fixture.js';
import { openEvents } from '../../support/event-client.js';
import { startGateway } from '../../support/gateway.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { rawRequest, requestText } from '../../support/raw-http.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const closing = closeAfterEach();

const PATH = fileURLToPath(new URL('../../../docs/reference/status.schema.json', import.meta.url));
const SCHEMA = JSON.parse(readFileSync(PATH, 'utf8')) as object;

/** The same schema, which allows no other members: an answer must not have more than is described. */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema ? { ...copy, additionalProperties: false } : copy;
}

function errorsOf(schema: unknown, value: unknown): unknown {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema as object);
  return validate(value) ? [] : validate.errors;
}

async function statusAt(url: string): Promise<Record<string, unknown>> {
  const { body } = await rawRequest(url, requestText('/status', ['Host: localhost']));
  return JSON.parse(body) as Record<string, unknown>;
}

const OPS = ['listeners.ops.protocol = admin', 'listeners.ops.port = 0'];

describe('docs/reference/status.schema.json', () => {
  it('describes the status of a gateway with calls, failures and everything else', async () => {
    const upstream = closing(
      await startRecordingUpstream(({ url }) =>
        url === '/token'
          ? { json: { access_token: 't', expires_in: 3600 } }
          : { status: url.length > 30 ? 500 : 200 },
      ),
    );
    const gateway = await startGateway(
      billingConf(
        upstream.url,
        '+auth.apply.format = Bearer {{token}}',
        `+auth.fetch.url = ${upstream.url}/token`,
        '+auth.fetch.token_path = access_token',
        '+auth.fetch.body_encoding = none',
        '+breaker.enabled = on',
        'rpc_gateway.services.down.base_url = http://127.0.0.1:9',
        'rpc_gateway.services.down.liveness.failure_threshold = 1',
        'rpc_gateway.services.down.procedures.p.uri = com.down.p',
        'rpc_gateway.services.down.procedures.p.realm = com.example.myrealm',
        ...OPS,
        `listeners.ops.tls.certfile = ${TLS_FILES.serverCert}`,
        `listeners.ops.tls.keyfile = ${TLS_FILES.serverKey}`,
      ),
    );
    closing(() => gateway.stop(0));
    const [url = ''] = gateway.adminEndpoints;
    const noToken = { callers: null, expires_in_seconds: null, expires_at: null };
    expect(await statusAt(url)).toMatchObject({ services: [{ token: noToken }, { token: null }] });
    const caller = closing(await connectCaller(gateway.url));
    await caller.call('com.billing.get_invoice', { id: 1 });
    await caller.call('com.billing.get_invoice', { id: 'x'.repeat(40) });
    await rawRequest(url, requestText('POST /services/down/probe', ['Host: localhost']));
    await rawRequest(url, requestText('POST /services/billing/probe', ['Host: localhost']));
    const status = await statusAt(url);
    expect(errorsOf(SCHEMA, status)).toEqual([]);
    expect(errorsOf(closed(SCHEMA), status)).toEqual([]);
    // What could be null is there, so that the test says something about it.
    expect(status).toMatchObject({
      services: [
        {
          token: { expires_in_seconds: expect.any(Number) },
          last_error: { outcome: 'server_error' },
          breaker: 'closed',
        },
        { alarm: true, probe: { outcome: 'error', cause: expect.any(String) } },
      ],
      listeners: [{}, { certificate_expires_at: expect.any(String) }],
      alarms: [{ service: 'down' }],
    });
  });

  it('describes the status of a gateway that is attached to a router', async () => {
    const fixture = closing(await openAttachedFixture());
    const { gateway } = await fixture.attachAndWait(OPS);
    const status = await statusAt(gateway.adminEndpoints[0]!);
    expect(errorsOf(closed(SCHEMA), status)).toEqual([]);
    expect(status).toMatchObject({
      mode: 'attached',
      attached_sessions: [{ state: 'serving', cause: null }],
    });
  });

  describe('for the other answers and events', () => {
    const PLACE = { realm: REALM, uri: 'com.billing.get_invoice' };

    /** The definition has all members of the value, and demands them. */
    function expectDescribed(definition: string, value: unknown): void {
      const schema = closed({ ...SCHEMA, $ref: `#/definitions/${definition}` });
      expect({ definition, errors: errorsOf(schema, value) }).toEqual({ definition, errors: [] });
      expect(errorsOf(schema, { other: 1 })).not.toEqual([]);
    }

    async function open() {
      const fixture = closing(
        await openConsole(['+retries = 0', '+timeout = 15s', '+timeout = 16s'], {
          respond: ({ url }) => (url === '/invoices/404' ? { status: 500 } : { json: { a: [1] } }),
        }),
      );
      await fixture.caller.call(PLACE.uri, { id: 1 });
      await fixture.caller.call(PLACE.uri, { id: 404 });
      return fixture;
    }

    it('describes the answers to GET', async () => {
      const { get, gateway } = await open();
      const client = closing(await connectRaw(gateway.url));
      await hello(client, REALM);
      client.send([MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.billing']);
      await client.next();
      const service = await get('/services/billing');
      expectDescribed('ServiceDetail', service.json);
      expect(service.json).toMatchObject({ procedures: [{}], errors: [{}] });
      const traffic = await get('/traffic');
      expectDescribed('AllTraffic', traffic.json);
      expect(traffic.json).toMatchObject({ procedures: [{}] });
      const history = await get('/history');
      expectDescribed('TrafficHistories', history.json);
      expect(Object.keys(history.json)).toEqual(['billing']);
      const realm = await get(`/realms/${REALM}`);
      expectDescribed('RealmDetail', realm.json);
      expect(realm.json).toMatchObject({ sessions: [{}, {}], subscriptions: [{}] });
      const configuration = await get('/configuration');
      expectDescribed('ConfigurationDetail', configuration.json);
      expect(configuration.json).toMatchObject({ notices: [expect.stringContaining('is set twice')] });
    });

    it('describes a call by an operator', async () => {
      const { get, post } = await open();
      expectDescribed('TrialForm', (await get(`/procedure?${new URLSearchParams(PLACE)}`)).json);
      for (const kwargs of [{ id: 1 }, {}])
        expectDescribed('TrialPreview', (await post('/preview', { ...PLACE, kwargs })).json);
      for (const kwargs of [{ id: 1 }, { id: 404 }, {}])
        expectDescribed('TrialResult', (await post('/call', { ...PLACE, kwargs })).json);
    });

    it('describes the events', async () => {
      const { url, caller } = await open();
      const events = closing(await openEvents(`${url}/events?calls=true`));
      expectDescribed('StatusEvent', (await events.find(({ name }) => name === 'status')).data);
      await caller.call(PLACE.uri, { id: 1 });
      await caller.call(PLACE.uri, { id: 404 });
      const { data } = await events.find(({ name }) => name === 'calls');
      expectDescribed('LiveCalls', data);
      expect((data['calls'] as unknown[]).length).toBeGreaterThan(0);
    });
  });

  it('refuses something else', () => {
    expect(errorsOf(SCHEMA, { version: '1.2.3' })).not.toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.js';
import { type AutobahnResult, connectAutobahn } from '../../support/autobahn.js';
import { REALM } from '../../support/caller.js';
import { readDocument } from '../../support/documents.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { GUIDE, GUIDE_FURTHER, GUIDE_PAIRS, GUIDE_SERVICE, pointedAt } from '../../support/guide.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { connectWampy } from '../../support/wampy.js';

type Kwargs = Readonly<Record<string, unknown>>;

/** The outcome of a call in a client library: positional and keyword results, or the error. */
interface Outcome {
  readonly uri?: string;
  readonly args: unknown;
  readonly kwargs: unknown;
}
interface Client {
  call(procedure: string, kwargs: Kwargs): Promise<Outcome>;
  close(): Promise<unknown>;
}

async function autobahnClient(url: string): Promise<Client> {
  const { session, close } = await connectAutobahn(url, REALM);
  return {
    async call(procedure, kwargs) {
      try {
        const result = (await session.call(procedure, [], kwargs)) as AutobahnResult;
        return { args: result.args, kwargs: result.kwargs };
      } catch (thrown) {
        const { error, args, kwargs: details } = thrown as { error: string; args: unknown; kwargs: unknown };
        return { uri: error, args, kwargs: details };
      }
    },
    close,
  };
}

async function wampyClient(url: string): Promise<Client> {
  const { client } = await connectWampy(url, REALM);
  return {
    async call(procedure, kwargs) {
      try {
        const { argsList, argsDict } = await client.call(procedure, { argsDict: kwargs });
        return { args: argsList, kwargs: argsDict };
      } catch (thrown) {
        const { errorUri, argsList, argsDict } = thrown as Record<string, unknown>;
        return { uri: String(errorUri), args: argsList, kwargs: argsDict };
      }
    },
    close: () => client.disconnect(),
  };
}

describe('the guide', () => {
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateway = await startGateway(pointedAt(GUIDE_SERVICE, upstream.url) + GUIDE_FURTHER);
  });
  afterAll(async () => {
    await gateway.stop(0);
    await upstream.close();
  });
  beforeEach(() => upstream.clear());

  describe.each([
    ['autobahn-js', autobahnClient],
    ['wampy', wampyClient],
  ])('with %s', (_, connect) => {
    let client: Client;
    beforeEach(async () => {
      client = await connect(gateway.url);
    });
    afterEach(() => client.close());

    it.each(GUIDE_PAIRS)('$request', async ({ procedure, kwargs, request, body, result }) => {
      const json = result.body;
      upstream.respondWith(() => (json === '' ? { status: 204 } : { status: result.status, json }));
      const outcome = await client.call(procedure, kwargs);
      expect(outcome.kwargs).toStrictEqual(result);
      expect(outcome.args ?? []).toEqual([]);
      expect(outcome.uri).toBeUndefined();
      const seen = await upstream.arrived(1);
      expect(`${seen.method} ${seen.url}`).toBe(request);
      expect(seen.text).toBe(body);
      const { 'user-agent': agent, host, ...headers } = seen.headers;
      expect(headers).toEqual({
        accept: 'application/json',
        'accept-encoding': 'gzip, deflate, br',
        connection: 'keep-alive',
        ...(body !== '' && {
          'content-type': 'application/json',
          'content-length': `${Buffer.byteLength(body)}`,
        }),
      });
      expect(agent).toMatch(/^wamp-rpc-gateway\//);
      expect(upstream.requests).toHaveLength(1);
    });

    it('custom headers are merged, and removed from the kwargs', async () => {
      upstream.respondWith(() => ({ json: {} }));
      await client.call('com.billing.get_invoice', {
        _headers: { 'X-Request-ID': 'req-42', 'X-Tenant': 'acme' },
        id: 'INV-001',
        expand: 'lines',
      });
      const seen = await upstream.arrived(1);
      expect(seen.url).toBe('/api/invoices/INV-001?expand=lines');
      expect(seen.headers).toMatchObject({
        'x-request-id': 'req-42',
        'x-tenant': 'acme',
        accept: 'application/json',
      });
      expect(seen.rawHeaders).toContain('X-Request-ID');
      await client.call('com.billing.create_invoice', { _headers: { ACCEPT: 'text/csv' }, a: 1 });
      const post = await upstream.arrived(2);
      expect(post.text).toBe('{"a":1}');
      expect(post.headers).toMatchObject({ accept: 'text/csv', 'content-type': 'application/json' });
    });

    it.each([
      [404, 'wamp.error.not_found'],
      [401, 'wamp.error.not_authorized'],
      [502, 'bondy.error.bad_gateway'],
    ])('%i is an error with only status and body', async (status, uri) => {
      upstream.respondWith(() => ({ status, json: { error: 'why' } }));
      const outcome = await client.call('com.billing.get_invoice', { id: 'INV-001' });
      expect(outcome.uri).toBe(uri);
      expect(outcome.kwargs).toStrictEqual({ status, body: { error: 'why' } });
      expect(outcome.args ?? []).toEqual([]);
    });
  });

  describe('its JavaScript example, run as written', () => {
    const example = new Function(
      'session',
      'console',
      readDocument('test/e2e/fixtures/guide-example.js.txt'),
    );

    /** Runs the example and resolves with its output after this number of lines. */
    async function run(lines: number): Promise<unknown[][]> {
      const client = await connectAutobahn(gateway.url, REALM);
      const printed = await new Promise<unknown[][]>((resolve) => {
        const out: unknown[][] = [];
        const log = (...words: unknown[]) => {
          if (out.push(words) === lines) resolve(out);
        };
        example(client.session, { log });
      });
      await client.close();
      return printed;
    }
    const invoice = { id: 'INV-001', amount: 1500, status: 'paid' };

    it('prints status and body', async () => {
      upstream.respondWith(() => ({ json: invoice }));
      expect(await run(2)).toEqual([
        ['Status:', 200],
        ['Body:', invoice],
      ]);
      expect((await upstream.arrived(1)).url).toBe('/api/invoices/INV-001');
    });

    it.each([
      [404, ['Invoice not found']],
      [401, ['Not authorized']],
      [403, ['Not authorized']],
      [502, ['Upstream error:', { error: 'why' }]],
      [500, ['Upstream error:', { error: 'why' }]],
    ])('takes the correct branch on %i', async (status, words) => {
      upstream.respondWith(() => ({ status, json: { error: 'why' } }));
      expect(await run(1)).toEqual([words]);
    });

    it('prints a sentence for an error of the gateway itself', async () => {
      upstream.respondWith(() => ({ raw: 'nonsense\r\n\r\n', afterwards: 'close' }));
      expect(await run(1)).toEqual([['Upstream error:', 'The upstream gave an answer that cannot be used']]);
    });
  });

  it('loads unchanged', () => {
    const config = parseConfig(GUIDE, { env: {} });
    const [billing] = config.services;
    expect(billing?.settings).toMatchObject({ timeout: 15_000, retries: 2, deadline: 45_000 });
    expect(billing?.procedures.map(({ settings }) => `${settings.method} ${settings.uri}`)).toEqual([
      'get com.billing.get_invoice',
      'post com.billing.create_invoice',
    ]);
    expect(config.realms).toEqual([REALM]);
  });

  it('starts with only base_url changed, and serves its procedures', async () => {
    const whole = await startGateway(pointedAt(GUIDE, upstream.url));
    expect([whole.procedureCount, whole.realms]).toEqual([2, [REALM]]);
    await whole.stop(0);
  });

  it('puts its API key into the query, and no kwarg can replace it', async () => {
    const conf = `
## No token fetch needed — use the key directly
rpc_gateway.services.maps.auth.apply.placement = query_param
rpc_gateway.services.maps.auth.apply.name = api_key
## The "token" is the static key value
rpc_gateway.services.maps.auth.vars.token = my-api-key-123
rpc_gateway.services.maps.auth.apply.format = {{token}}
rpc_gateway.services.maps.base_url = ${upstream.url}
rpc_gateway.services.maps.procedures.geocode.uri = com.maps.geocode
rpc_gateway.services.maps.procedures.geocode.realm = ${REALM}
rpc_gateway.services.maps.procedures.geocode.path = /geocode`;
    const maps = await startGateway(conf);
    const client = await autobahnClient(maps.url);
    upstream.respondWith(() => ({ json: [] }));
    await client.call('com.maps.geocode', { q: 'Berlin Mitte', api_key: 'forged' });
    expect((await upstream.arrived(1)).url).toBe('/geocode?q=Berlin%20Mitte&api_key=my-api-key-123');
    await client.close();
    await maps.stop(0);
  });
});

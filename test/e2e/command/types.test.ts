import { describe, expect, it } from 'vitest';
import { connectAutobahn } from '../../support/autobahn.js';
import { commandFixture, configuration } from '../../support/command-fixture.js';
import { diagnosticsOf, javascriptOf } from '../../support/typescript.js';
import { connectWampy } from '../../support/wampy.js';

const REALM = 'com.example.myrealm';
const DOCUMENT = `
openapi: 3.1.0
info: { title: Billing, version: "1" }
paths:
  /invoices/{id}:
    get:
      operationId: get_invoice
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
  /invoices:
    get: { operationId: listInvoices }
  /payments:
    get:
      operationId: watchPayments
      responses:
        "200": { description: Payments, content: { text/event-stream: { schema: { type: object } } } }
`;

interface Generated {
  createClient(session: unknown): {
    readonly billing: Readonly<Record<string, (kwargs?: object, options?: object) => Promise<unknown>>>;
  };
  isError(error: unknown, uri: string): boolean;
  errorOf(error: unknown): unknown;
}

describe('rpc-gateway types', () => {
  const fixture = commandFixture();

  function documented(more = ''): string {
    fixture.folder.write('billing.yaml', DOCUMENT);
    return `rpc_gateway.services.billing.base_url = ${fixture.upstream.url}
rpc_gateway.services.billing.openapi.file = billing.yaml
rpc_gateway.services.billing.openapi.realm = ${REALM}
listeners.main.port = 0
${more}`;
  }

  /** The printed file, as a module. */
  async function generated(lines: string): Promise<Generated> {
    const { code, out, err } = await fixture.finished([
      'types',
      '--config',
      fixture.folder.write('bondy.conf', lines),
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(diagnosticsOf({ 'client.ts': out })).toEqual([]);
    return (await import(fixture.folder.write('client.mjs', javascriptOf(out)))) as Generated;
  }

  async function connect(library: 'wampy' | 'autobahn-js', url: string) {
    if (library === 'wampy') {
      const { client } = await connectWampy(url, REALM);
      return { session: client, close: () => client.disconnect() };
    }
    return await connectAutobahn(url, REALM);
  }

  it.each(['wampy', 'autobahn-js'] as const)(
    'prints a client that gets a stream with %s',
    async (library) => {
      const { createClient } = await generated(documented());
      const { url } = await fixture.started(documented());
      fixture.upstream.respondWith(() => ({
        headers: { 'content-type': 'text/event-stream' },
        body: 'data: 1\n\ndata: {"paid":true}\n\n',
      }));
      const { session, close } = await connect(library, url);
      const { billing } = createClient(session);
      const parts: unknown[] = [];
      const onProgress = (part: unknown) => parts.push(part);
      const result = await billing['watchPayments']?.({}, { onProgress });
      expect(result).toEqual({ status: 200, body: '', count: 2 });
      const event = { event: 'message', id: null, retry: null };
      expect(parts).toEqual([
        { status: 200, body: { ...event, data: 1 } },
        { status: 200, body: { ...event, data: { paid: true } } },
      ]);
      // Without onProgress, the client does not ask for progress.
      await expect(billing['watchPayments']?.()).rejects.toBeDefined();
      await close();
    },
  );

  it.each(['wampy', 'autobahn-js'] as const)('prints a client that calls with %s', async (library) => {
    const { createClient, isError, errorOf } = await generated(documented());
    const { url } = await fixture.started(documented());
    fixture.upstream.respondWith(({ url: target }) =>
      target.includes('INV-404') ? { status: 404, json: { error: 'lost' } } : { json: { target } },
    );
    const { session, close } = await connect(library, url);
    const { billing } = createClient(session);
    expect(await billing['getInvoice']?.({ id: 'INV-001' })).toEqual({
      status: 200,
      body: { target: '/invoices/INV-001' },
    });
    expect(await billing['listInvoices']?.()).toMatchObject({ status: 200 });
    const error = await billing['getInvoice']?.({ id: 'INV-404' }).catch((each: unknown) => each);
    expect(isError(error, 'wamp.error.not_found')).toBe(true);
    expect(isError(error, 'bondy.error.bad_gateway')).toBe(false);
    expect(errorOf(error)).toEqual({
      uri: 'wamp.error.not_found',
      kwargs: { status: 404, body: { error: 'lost' } },
    });
    await close();
  });

  it.each(['wampy', 'autobahn-js'] as const)(
    'reads results that are one dictionary, with %s',
    async (library) => {
      const lines = documented('rpc_gateway.services.billing.result = args\n');
      const { createClient } = await generated(lines);
      const { url } = await fixture.started(lines);
      fixture.upstream.respondWith(() => ({ json: [1] }));
      const { session, close } = await connect(library, url);
      expect(await createClient(session).billing['listInvoices']?.()).toEqual({ status: 200, body: [1] });
      await close();
    },
  );

  it('wants a realm if there are several', async () => {
    const other = 'rpc_gateway.services.billing.procedures.listInvoices.realm = other\n';
    const config = fixture.folder.write('bondy.conf', documented(other));
    const { code, err } = await fixture.finished(['types', '--config', config]);
    expect([code, err]).toEqual([2, expect.stringContaining(`--realm: ${REALM}, other.`)]);
    const chosen = await fixture.finished(['types', '--realm', 'other', '--config', config]);
    expect(chosen.out).toContain('listInvoices');
    expect(chosen.out).not.toContain('getInvoice');
    const unknown = await fixture.finished(['types', '--realm', 'nowhere', '--config', config]);
    expect([unknown.code, unknown.err]).toEqual([
      1,
      expect.stringContaining('No procedure is in the realm nowhere'),
    ]);
  });

  it('prints a client for procedures without a document', async () => {
    const { createClient } = await generated(configuration(fixture.upstream.url));
    expect(Object.keys(createClient({}).billing)).toEqual(['getInvoice']);
  });
});

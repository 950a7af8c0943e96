import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAutobahn } from '../support/autobahn.js';
import { billingConf } from '../support/billing-conf.js';
import { REALM } from '../support/caller.js';
import { readDocument } from '../support/documents.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();

describe.skipIf(python === undefined)('autobahn|python', () => {
  const invoice = { id: 'INV-001', amount: 1500, status: 'paid' };
  const shownInvoice = "Status: 200, Body: {'id': 'INV-001', 'amount': 1500, 'status': 'paid'}\n";
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  let withKwargs: RunningGateway;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateway = await startGateway(billingConf(upstream.url));
    withKwargs = await startGateway(billingConf(upstream.url, '+result = kwargs'));
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), withKwargs.stop()]);
    await upstream.close();
  });

  it.each([
    [200, invoice, shownInvoice],
    [404, { error: 'none' }, 'Invoice not found\n'],
    [401, { error: 'who?' }, 'Not authorized\n'],
    [502, { error: 'gone' }, "Upstream error: {'error': 'gone'}\n"],
  ])("runs the guide's example as written when the API responds with %i", async (status, json, printed) => {
    upstream.clear();
    upstream.respondWith(() => ({ status, json }));
    expect(await runPython(python!, 'autobahn_guide.py', gateway.url, 'json')).toBe(printed);
    expect(upstream.requests.map(({ method, url }) => [method, url])).toEqual([['GET', '/invoices/INV-001']]);
  });

  it('finds our serializer among those it offers by default', async () => {
    upstream.respondWith(() => ({ json: invoice }));
    expect(await runPython(python!, 'autobahn_guide.py', gateway.url)).toBe(shownInvoice);
  });

  it("and the guide's JavaScript example both run as written, on one procedure with no key set", async () => {
    upstream.respondWith(() => ({ json: invoice }));
    const client = await connectAutobahn(gateway.url, REALM);
    const printed = new Promise<unknown[][]>((resolve) => {
      const out: unknown[][] = [];
      const log = (...words: unknown[]) => {
        if (out.push(words) === 2) resolve(out);
      };
      const example = readDocument('test/e2e/fixtures/guide-example.js.txt');
      new Function('session', 'console', example)(client.session, { log });
    });
    expect(await runPython(python!, 'autobahn_guide.py', gateway.url)).toBe(shownInvoice);
    expect(await printed).toEqual([
      ['Status:', 200],
      ['Body:', invoice],
    ]);
    await client.close();
  });

  it('reads keyword arguments by kwresults, where the configuration asks for them', async () => {
    upstream.clear();
    upstream.respondWith(() => ({ json: invoice }));
    expect(await runPython(python!, 'autobahn_kwargs.py', withKwargs.url)).toBe(shownInvoice);
    expect(upstream.requests[0]?.url).toBe('/invoices/INV-001?expand=lines');
  });
});

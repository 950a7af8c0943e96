import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billingConf } from '../support/billing-conf.js';
import { type RunningGateway, startGateway } from '../support/gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();

describe.skipIf(python === undefined)('autobahn|python', () => {
  const invoice = { id: 'INV-001', amount: 1500, status: 'paid' };
  const shownInvoice = "Status: 200, Body: {'id': 'INV-001', 'amount': 1500, 'status': 'paid'}\n";
  let upstream: RecordingUpstream;
  let withArgs: RunningGateway;
  let withKwargs: RunningGateway;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    withArgs = await startGateway(billingConf(upstream.url, '+result = args'));
    withKwargs = await startGateway(billingConf(upstream.url));
  });
  afterAll(async () => {
    await Promise.all([withArgs.stop(), withKwargs.stop()]);
    await upstream.close();
  });

  it.each([
    [200, invoice, shownInvoice],
    [404, { error: 'none' }, 'Invoice not found\n'],
    [401, { error: 'who?' }, 'Not authorized\n'],
    [502, { error: 'gone' }, "Upstream error: {'error': 'gone'}\n"],
  ])("runs the guide's example as written when the API answers %i", async (status, json, printed) => {
    upstream.clear();
    upstream.answerWith(() => ({ status, json }));
    expect(await runPython(python!, 'autobahn_guide.py', withArgs.url, 'json')).toBe(printed);
    expect(upstream.requests.map(({ method, url }) => [method, url])).toEqual([['GET', '/invoices/INV-001']]);
  });

  it('finds our serializer among those it offers by default', async () => {
    upstream.answerWith(() => ({ json: invoice }));
    expect(await runPython(python!, 'autobahn_guide.py', withArgs.url)).toBe(shownInvoice);
  });

  it('reads the default form of a result by kwresults', async () => {
    upstream.clear();
    upstream.answerWith(() => ({ json: invoice }));
    expect(await runPython(python!, 'autobahn_kwargs.py', withKwargs.url)).toBe(shownInvoice);
    expect(upstream.requests[0]?.url).toBe('/invoices/INV-001?expand=lines');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BillingApi, DEMO_CLIENT, startBillingApi } from './billing-api.js';
import { createInvoiceBook, MAX_INVOICES } from './invoices.js';

describe('the example billing API', () => {
  let api: BillingApi;
  beforeAll(async () => {
    api = await startBillingApi();
  });
  afterAll(() => api.close());

  const ask = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${api.origin}${path}`, { method, body: sent });
    const text = await answer.text();
    return [answer.status, text === '' ? '' : JSON.parse(text)];
  };

  it('answers as the guide shows', async () => {
    expect(await ask('GET', '/api/invoices/INV-001')).toEqual([
      200,
      { id: 'INV-001', amount: 1500, status: 'paid' },
    ]);
    const [status, expanded] = await ask('GET', '/api/invoices/INV-001?expand=lines');
    expect(status).toBe(200);
    expect(expanded).toHaveProperty('lines');
    const order = { customer: 'cust-42', amount: 2500, lines: [{ desc: 'Widget', qty: 5, price: 500 }] };
    const created = { id: 'INV-002', customer: 'cust-42', amount: 2500, status: 'draft' };
    expect(await ask('POST', '/api/invoices', order)).toEqual([201, created]);
    expect(await ask('PATCH', '/api/invoices/INV-002', { status: 'paid', notes: 'Paid in full' })).toEqual([
      200,
      { id: 'INV-002', status: 'paid', notes: 'Paid in full' },
    ]);
    expect(await ask('GET', '/api/invoices/INV-002')).toEqual([
      200,
      { ...created, status: 'paid', notes: 'Paid in full' },
    ]);
    expect(await ask('DELETE', '/api/invoices/INV-002')).toEqual([204, '']);
    expect(await ask('GET', '/api/invoices/INV-002')).toEqual([404, { error: 'no invoice INV-002' }]);
  });

  it('refuses what it cannot read', async () => {
    expect((await ask('POST', '/api/invoices', 'no json'))[0]).toBe(400);
    expect((await ask('POST', '/api/invoices', []))[0]).toBe(422);
    expect((await ask('PUT', '/api/invoices/INV-001'))[0]).toBe(405);
    expect((await ask('GET', '/api/invoices/%zz'))[0]).toBe(404);
    expect((await ask('GET', '/'))[0]).toBe(404);
    expect((await ask('POST', '/api/invoices', { text: 'x'.repeat(64 * 1024) }))[0]).toBe(413);
    expect((await ask('PATCH', '/api/invoices/INV-001', { text: 'x'.repeat(64 * 1024 - 20) }))[0]).toBe(413);
  });

  it('hands out tokens to the right client alone', async () => {
    const token = async (
      form: Record<string, string>,
      headers: Record<string, string> = {},
    ): Promise<unknown> => {
      const answer = await fetch(`${api.origin}/oauth/token`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(form),
      });
      return [answer.status, await answer.json()];
    };
    const grant = { grant_type: 'client_credentials' };
    const granted = [200, { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 }];
    expect(await token({ ...grant, client_id: DEMO_CLIENT.id, client_secret: DEMO_CLIENT.secret })).toEqual(
      granted,
    );
    const basic = Buffer.from(`${DEMO_CLIENT.id}:${DEMO_CLIENT.secret}`).toString('base64');
    expect(await token(grant, { authorization: `Basic ${basic}` })).toEqual(granted);
    expect(await token({ ...grant, client_id: DEMO_CLIENT.id, client_secret: 'no' })).toEqual([
      401,
      { error: 'invalid_client' },
    ]);
    expect(await token({})).toEqual([400, { error: 'unsupported_grant_type' }]);
  });

  it('forgets the oldest invoice when there are too many', () => {
    const book = createInvoiceBook();
    for (let i = 0; i < MAX_INVOICES; i += 1) book.create({});
    expect(book.find('INV-001')).toBeUndefined();
    expect(book.find('INV-002')).toBeDefined();
    expect(book.find(`INV-${MAX_INVOICES + 1}`)).toBeDefined();
  });
});

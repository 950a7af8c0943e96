import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.js';
import { type BillingApi, startBillingApi } from './billing-api.js';
import { demoRoutes } from './demo-routes.js';
import { createInvoiceBook, MAX_INVOICES } from './invoices.js';
import { DEMO_CLIENT } from './token-endpoint.js';

const GRANT = { grant_type: 'client_credentials' };
const CLIENT = { ...GRANT, client_id: DEMO_CLIENT.id, client_secret: DEMO_CLIENT.secret };

describe('the example billing API', () => {
  let clock: FakeClock;
  let api: BillingApi;
  let authorization: string;
  beforeEach(async () => {
    clock = createFakeClock();
    api = await startBillingApi({ clock });
    const [, { access_token }] = await token(CLIENT);
    authorization = `Bearer ${access_token}`;
  });
  afterEach(() => api.close());

  const token = async (
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<[number, Record<string, unknown>]> => {
    const body = new URLSearchParams(form);
    const answer = await fetch(`${api.origin}/oauth/token`, { method: 'POST', headers, body });
    return [answer.status, (await answer.json()) as Record<string, unknown>];
  };

  const ask = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${api.origin}${path}`, { method, body: sent, headers: { authorization } });
    const text = await answer.text();
    return [answer.status, text === '' ? '' : JSON.parse(text)];
  };

  it('keeps its invoices while it is stopped', async () => {
    await ask('PATCH', '/api/invoices/INV-001', { status: 'draft' });
    await Promise.all([api.stop(), api.stop()]);
    expect(api.isRunning).toBe(false);
    await expect(ask('GET', '/api/invoices/INV-001')).rejects.toThrow();
    await Promise.all([api.start(), api.start()]);
    expect(api.isRunning).toBe(true);
    expect(await ask('GET', '/api/invoices/INV-001')).toMatchObject([200, { status: 'draft' }]);
    await Promise.all([api.stop(), api.start(), api.stop()]);
    expect(api.isRunning).toBe(false);
  });

  it('cannot start again while another program has its port', async () => {
    await api.stop();
    const other = await startBillingApi({ port: Number(new URL(api.origin).port) });
    await expect(api.start()).rejects.toThrow('EADDRINUSE');
    const [, , start] = demoRoutes(api);
    expect(await start?.answer()).toMatchObject({ status: 409, body: { message: expect.any(String) } });
    await other.close();
    await api.start();
    expect(api.isRunning).toBe(true);
  });

  it('responds as the guide shows', async () => {
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

  it('refuses malformed requests', async () => {
    expect((await ask('POST', '/api/invoices', 'no json'))[0]).toBe(400);
    expect((await ask('POST', '/api/invoices', []))[0]).toBe(422);
    expect((await ask('PUT', '/api/invoices/INV-001'))[0]).toBe(405);
    expect((await ask('GET', '/api/invoices/%zz'))[0]).toBe(404);
    expect((await ask('GET', '/'))[0]).toBe(404);
    expect((await ask('POST', '/api/invoices', { text: 'x'.repeat(64 * 1024) }))[0]).toBe(413);
    expect((await ask('PATCH', '/api/invoices/INV-001', { text: 'x'.repeat(64 * 1024 - 20) }))[0]).toBe(413);
  });

  it('issues tokens only to the right client', async () => {
    const granted = [200, { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 }];
    expect(await token(CLIENT)).toEqual(granted);
    const basic = Buffer.from(`${DEMO_CLIENT.id}:${DEMO_CLIENT.secret}`).toString('base64');
    expect(await token(GRANT, { authorization: `Basic ${basic}` })).toEqual(granted);
    expect(await token({ ...CLIENT, client_secret: 'no' })).toEqual([401, { error: 'invalid_client' }]);
    expect(await token({})).toEqual([400, { error: 'unsupported_grant_type' }]);
  });

  it('requires one of its tokens for every path and method', async () => {
    const refusal = async (
      headers: Record<string, string>,
      method = 'GET',
      path = '/api/invoices/INV-001',
    ) => {
      const body = method === 'POST' ? '{"amount":1}' : null;
      const answer = await fetch(`${api.origin}${path}`, { method, headers, body });
      await answer.arrayBuffer();
      return [answer.status, answer.headers.get('www-authenticate')];
    };
    const missing = [401, 'Bearer realm="demo"'];
    const invalid = [401, 'Bearer realm="demo", error="invalid_token"'];
    expect(await refusal({})).toEqual(missing);
    for (const wrong of ['Bearer no', 'Bearer', `Basic ${authorization}`, authorization.slice(0, -1)]) {
      expect(await refusal({ authorization: wrong })).toEqual(invalid);
    }
    expect(await refusal({}, 'POST', '/api/invoices')).toEqual(missing);
    expect(await refusal({}, 'DELETE')).toEqual(missing);
    expect(await refusal({}, 'GET', '/api/nowhere')).toEqual(missing);
    // Nothing of that was carried out.
    expect(await ask('POST', '/api/invoices', {})).toMatchObject([201, { id: 'INV-002' }]);
    expect((await ask('GET', '/api/invoices/INV-001'))[0]).toBe(200);
    // The scheme's name is the same in any case (RFC 9110 section 11.1).
    expect((await refusal({ authorization: authorization.replace('Bearer', 'bearer') }))[0]).toBe(200);
  });

  it('accepts a token for one hour', async () => {
    clock.advance(3_599_999);
    expect((await ask('GET', '/api/invoices/INV-001'))[0]).toBe(200);
    clock.advance(1);
    expect((await ask('GET', '/api/invoices/INV-001'))[0]).toBe(401);
  });

  it('drops the oldest invoice above the limit', () => {
    const book = createInvoiceBook();
    for (let i = 0; i < MAX_INVOICES; i += 1) book.create({});
    expect(book.find('INV-001')).toBeUndefined();
    expect(book.find('INV-002')).toBeDefined();
    expect(book.find(`INV-${MAX_INVOICES + 1}`)).toBeDefined();
  });
});

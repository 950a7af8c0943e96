import { describe, expect, it } from 'vitest';
import { compile, header, headersOf, ORIGIN } from '../../../../test/support/compile-request.js';

describe("the guide's requests", () => {
  it('puts remaining kwargs into the query of a GET', () => {
    const request = compile('get_invoice')({ id: 'INV-001', expand: 'lines' });
    expect(request).toMatchObject({
      method: 'GET',
      origin: ORIGIN,
      path: '/api/invoices/INV-001?expand=lines',
      body: undefined,
    });
    expect(header(request.headers, 'content-type')).toEqual([]);
    expect(header(request.headers, 'accept')).toEqual(['application/json']);
  });
  it('puts kwargs into the JSON body of a POST', () => {
    const kwargs = {
      customer: 'cust-42',
      amount: 2500,
      currency: 'USD',
      lines: [{ desc: 'Widget', qty: 5, price: 500 }],
    };
    const request = compile('create_invoice')(kwargs);
    expect(request).toMatchObject({ method: 'POST', path: '/api/invoices', replayable: false });
    expect(request.body).toBe(
      '{"customer":"cust-42","amount":2500,"currency":"USD","lines":[{"desc":"Widget","qty":5,"price":500}]}',
    );
    expect(header(request.headers, 'content-type')).toEqual(['application/json']);
  });
  it('puts kwargs of a PATCH into its path, and the remaining ones into its body', () => {
    const request = compile('update_invoice')({ id: 'INV-001', status: 'paid', notes: 'Paid in full' });
    expect(request).toMatchObject({ method: 'PATCH', path: '/api/invoices/INV-001' });
    expect(request.body).toBe('{"status":"paid","notes":"Paid in full"}');
  });
  it('sends a DELETE without a body', () => {
    const request = compile('delete_invoice')({ id: 'INV-001' });
    expect(request).toMatchObject({ method: 'DELETE', path: '/api/invoices/INV-001', body: undefined });
  });
  it('merges _headers with the default headers and removes them from the kwargs', () => {
    const request = compile('get_invoice')({
      _headers: { 'X-Request-ID': 'req-42', 'X-Tenant': 'acme' },
      id: 'INV-001',
      expand: 'lines',
    });
    expect(request.path).toBe('/api/invoices/INV-001?expand=lines');
    expect(header(request.headers, 'x-request-id')).toEqual(['req-42']);
    expect(header(request.headers, 'x-tenant')).toEqual(['acme']);
    expect(header(request.headers, 'accept')).toEqual(['application/json']);
  });
});

describe('idempotency', () => {
  it('adds a key to every request if it is configured', () => {
    const build = compile('create_invoice', ['+idempotency_header = Idempotency-Key']);
    const request = build({ a: 1 });
    expect(header(request.headers, 'idempotency-key')).toEqual(['uuid-1']);
    expect(request.replayable).toBe(true);
  });
  it("keeps the caller's own key, unless it is empty", () => {
    const build = compile('create_invoice', ['+idempotency_header = Idempotency-Key']);
    expect(header(build({ _headers: { 'idempotency-key': 'mine' } }).headers, 'idempotency-key')).toEqual([
      'mine',
    ]);
    expect(header(build({ _headers: { 'idempotency-key': '' } }).headers, 'idempotency-key')).toEqual([
      'uuid-1',
    ]);
  });
  it('makes a POST replayable if only the caller sends a key', () => {
    const build = compile('create_invoice');
    expect(build({ _headers: { 'Idempotency-Key': 'mine' } }).replayable).toBe(true);
    expect(build({ _headers: { 'Idempotency-Key': ' ' } }).replayable).toBe(false);
    expect(build({}).replayable).toBe(false);
  });
});

describe('credentials', () => {
  it('replace a header of the caller', () => {
    const build = compile('get_invoice', [
      '+auth.vars.token = s3cret',
      '+auth.apply.format = Bearer {{token}}',
    ]);
    const { credentialed } = build({ id: '1', _headers: { authorization: 'Bearer mine' } });
    expect(typeof credentialed !== 'string' && header(credentialed.headers, 'authorization')).toEqual([
      'Bearer s3cret',
    ]);
  });
  it('replace a query parameter of the caller, and are encoded', () => {
    const lines = [
      '+auth.vars.token = k&y',
      '+auth.apply.placement = query_param',
      '+auth.apply.name = api_key',
    ];
    const { credentialed } = compile('get_invoice', lines)({ id: '1', api_key: 'mine', q: 'x' });
    expect(credentialed).toMatchObject({ path: '/api/invoices/1?q=x&api_key=k%26y' });
  });
});

describe('a credential', () => {
  const sent = (...lines: string[]) => {
    const { credentialed } = compile('get_invoice', lines)({ id: '1' });
    if (typeof credentialed === 'string') return credentialed;
    return { path: credentialed.path, headers: headersOf(credentialed.headers) };
  };
  it('replaces a configured header', () => {
    expect(sent('+headers.AUTHORIZATION = mine', '+auth.vars.token = t')).toMatchObject({
      headers: expect.not.arrayContaining([['AUTHORIZATION', 'mine']]),
    });
  });
  it('replaces a configured or literal query parameter', () => {
    const apply = ['+auth.vars.token = t', '+auth.apply.placement = query_param', '+auth.apply.name = key'];
    expect(sent('+query.key = mine', ...apply)).toMatchObject({ path: '/api/invoices/1?key=t' });
    expect(
      sent('+procedures.get_invoice.path = /i?a=%20&k%65y=mine', ...apply, '+query.b = c'),
    ).toMatchObject({
      path: '/api/i?a=%20&b=c&id=1&key=t',
    });
  });
  it('prevents the request while it is a secret that is not yet known', () => {
    const secrets = [
      '+auth.secrets.provider = env',
      '+auth.secrets.vars.token.field = TOKEN',
      '+auth.apply.format = Bearer {{token}}',
    ];
    expect(sent(...secrets)).toBe('secrets');
  });
});

it('a request is refused for positional arguments, and the message explains keyword arguments', () => {
  expect(() => compile('get_invoice')({ id: '1' }, ['x'])).toThrow(/keyword arguments/);
});

it('a request keeps a key that is part of base_url', () => {
  const build = compile('get_invoice', ['+auth.vars.token = k3y'], `${ORIGIN}/bot{{token}}`);
  const { path, credentialed } = build({ id: '1' });
  expect(path).toBe('/botk3y/invoices/1');
  expect(typeof credentialed !== 'string' && header(credentialed.headers, 'authorization')).toEqual([]);
});

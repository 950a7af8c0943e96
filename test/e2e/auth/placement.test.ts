import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, GET, openAuthFixture } from '../../support/auth-fixture.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { issuing } from '../../support/idp.js';

describe('a token in a query parameter', () => {
  const TOKEN = 'a&b=c d+é/日本?#%41';
  let fixture: AuthFixture;
  beforeAll(async () => {
    fixture = await openAuthFixture({
      lines: [
        '+auth.apply.placement = query_param',
        '+auth.apply.name = access token',
        '+auth.apply.format = v1.{{token}}',
      ],
      idp: issuing({ access_token: TOKEN }),
    });
  });
  afterAll(() => fixture.close());

  it('is percent-encoded', async () => {
    await fixture.caller.call(GET, { id: 1, expand: 'lines' });
    const { url, headers } = await fixture.upstream.arrived(1);
    expect(url).toBe(`/invoices/1?expand=lines&access%20token=v1.${encodeURIComponent(TOKEN)}`);
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is replaced after a refusal like any other', async () => {
    fixture.upstream.clear();
    fixture.upstream.respondWith(({ number }) => ({ status: number === 1 ? 401 : 200 }));
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    expect(fixture.upstream.requests).toHaveLength(2);
    expect(fixture.idp.requests).toHaveLength(2);
  });
});

describe('a service without a token request', () => {
  const KEY = 'k&admin=1 +é/日本?#%41';
  const IN_QUERY = [
    `+auth.vars.token = ${KEY}`,
    '+auth.apply.placement = query_param',
    '+auth.apply.name = api_key',
  ];
  let fixture: GatewayFixture;
  afterEach(() => fixture.close());
  /** The request target and the headers with a key that the API received. */
  const sent = () =>
    fixture.upstream.requests.map(({ url, rawHeaders }) => [
      url,
      ...rawHeaders.filter((_, index) => /authorization|key/i.test(rawHeaders[index - (index % 2)] ?? '')),
    ]);

  it('has its key percent-encoded in the query, where it replaces a parameter of the caller in any letter case', async () => {
    fixture = await openGatewayFixture({ lines: IN_QUERY });
    await fixture.caller.call(GET, { id: 1, api_key: 'mine', API_KEY: 'another', q: 2 });
    expect(sent()).toEqual([[`/invoices/1?q=2&api_key=${encodeURIComponent(KEY)}`]]);
  });

  it('has its key in a header, where it replaces a header of the caller in any letter case', async () => {
    const lines = ['+auth.vars.token = the key', '+auth.apply.name = X-Api-Key'];
    fixture = await openGatewayFixture({ lines });
    await fixture.caller.call(GET, { id: 1, _headers: { 'x-api-key': 'mine', 'X-API-KEY': 'mine too' } });
    expect(sent()).toEqual([['/invoices/1', 'X-Api-Key', 'the key']]);
  });

  it.each([
    ['a static key', IN_QUERY],
    ['no auth at all', []],
  ])('makes no token request, also after a refusal: %s', async (_, lines) => {
    fixture = await openGatewayFixture({
      lines: [...lines],
      respond: () => ({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
    });
    for (const id of [1, 2]) {
      const answer = await fixture.caller.call(GET, { id });
      expect([answer.uri, answer.kwargs]).toEqual(['wamp.error.not_authorized', { status: 401, body: '' }]);
    }
    // One request for each call, because there is no newer credential.
    expect(fixture.upstream.requests).toHaveLength(2);
    expect(fixture.log.text()).not.toContain('token request');
  });

  it('without auth leaves the headers of its callers unchanged', async () => {
    fixture = await openGatewayFixture();
    await fixture.caller.call(GET, { id: 1, api_key: 'mine', _headers: { Authorization: 'Bearer mine' } });
    expect(sent()).toEqual([['/invoices/1?api_key=mine', 'Authorization', 'Bearer mine']]);
  });
});

import { describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { startIdp } from '../../support/idp.js';
import type { RecordedRequest } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';

describe('a token request', () => {
  const closeLater = closeAfterEach();

  /** The token request of a first call, with these lines for the token endpoint. */
  async function requestOf(...lines: string[]): Promise<RecordedRequest> {
    const idp = closeLater(await startIdp());
    const configured = lines.map((line) => line.replaceAll('IDP', idp.origin));
    const fixture = closeLater(
      await openGatewayFixture({
        conf: (url) =>
          billingConf(
            url,
            '+auth.fetch.token_path = access_token',
            '+auth.apply.format = Bearer {{token}}',
            ...configured,
          ),
      }),
    );
    const answer = await fixture.caller.call(GET, {
      id: 1,
      client_id: 'not mine',
      _headers: { 'X-Mine': 'a' },
    });
    expect(answer.kwargs).toMatchObject({ status: 200 });
    expect(fixture.upstream.requests[0]?.headers.authorization).toBe('Bearer token-1');
    expect(idp.requests).toHaveLength(1);
    return idp.arrived(1);
  }
  const URL_LINE = '+auth.fetch.url = IDP/oauth/token';
  const headerNames = ({ rawHeaders }: RecordedRequest) =>
    rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());

  it('may be as short as a POST without a body', async () => {
    const request = await requestOf(URL_LINE);
    expect(request).toMatchObject({ method: 'POST', url: '/oauth/token', text: '' });
    expect(request.headers).toMatchObject({ accept: 'application/json' });
    // It has no part of the call, and no field that is not configured.
    for (const name of ['authorization', 'x-mine', 'content-type', 'cookie', 'idempotency-key']) {
      expect(headerNames(request)).not.toContain(name);
    }
  });

  it.each([
    ['audience', 'https://api.example.com/v2/?a=b&c=d'],
    ['resource', 'https://api.example.com/'],
    ['scope', 'invoices:read invoices:write offline+access'],
    ['assertion', '100% = 50% + "half" é 日本 😀'],
  ])('carries a further field of a form, %s', async (field, value) => {
    const request = await requestOf(
      URL_LINE,
      '+auth.fetch.body_encoding = form',
      '+auth.fetch.body.grant_type = client_credentials',
      '+auth.fetch.body.client_id = {{client_id}}',
      '+auth.vars.client_id = a&b=c',
      `+auth.fetch.body.${field} = ${value}`,
    );
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(request.text)]).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_id', 'a&b=c'],
      [field, value],
    ]);
  });

  it('has a JSON body when the configuration says so', async () => {
    const request = await requestOf(
      URL_LINE,
      '+auth.fetch.body_encoding = json',
      '+auth.fetch.body.grant_type = client_credentials',
      '+auth.fetch.body.client_secret = {{secret}}',
      '+auth.fetch.body.audience = https://api.example.com/',
      '+auth.fetch.body.__proto__ = own',
      '+auth.vars.secret = é"\\ 日本 \' 007',
    );
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.text).toBe(
      JSON.stringify({
        grant_type: 'client_credentials',
        client_secret: 'é"\\ 日本 \' 007',
        audience: 'https://api.example.com/',
        ['__proto__']: 'own',
      }),
    );
  });

  it('can be a GET without a body, with its variables percent-encoded in the URL', async () => {
    const request = await requestOf(
      '+auth.fetch.method = get',
      '+auth.fetch.url = IDP/{{tenant}}/token?key={{key}}&fixed=a%20b',
      '+auth.vars.tenant = a/../b c?d#e',
      '+auth.vars.key = k&admin=1+é%41',
      '+auth.fetch.body_encoding = form',
      '+auth.fetch.body.grant_type = client_credentials',
    );
    expect(request.method).toBe('GET');
    expect(request.url).toBe('/a%2F..%2Fb%20c%3Fd%23e/token?key=k%26admin%3D1%2B%C3%A9%2541&fixed=a%20b');
    expect(request.text).toBe('');
    for (const name of ['content-type', 'content-length', 'transfer-encoding']) {
      expect(headerNames(request)).not.toContain(name);
    }
  });

  it('has its own headers, which replace default ones of the same name', async () => {
    const request = await requestOf(
      URL_LINE,
      '+auth.fetch.headers.X-Tenant = tenant {{tenant}}',
      '+auth.fetch.headers.accept = application/vnd.idp+json',
      '+auth.fetch.headers.Authorization = ApiKey {{tenant}}',
      '+auth.vars.tenant = acme',
    );
    expect(request.headers).toMatchObject({
      'x-tenant': 'tenant acme',
      accept: 'application/vnd.idp+json',
      authorization: 'ApiKey acme',
    });
    expect(headerNames(request).filter((name) => name === 'accept')).toHaveLength(1);
  });

  it.each([
    ['jürgen', 'pässwörd: 日本 😀'],
    ['with space', '%41+%20='],
    ['user', ':::'],
  ])('sends Basic credentials in UTF-8: %s', async (user, password) => {
    const request = await requestOf(
      URL_LINE,
      '+auth.fetch.basic_auth.username = {{user}}',
      '+auth.fetch.basic_auth.password = {{password}}',
      `+auth.vars.user = ${user}`,
      `+auth.vars.password = ${password}`,
    );
    const encoded = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
    expect(request.headers.authorization).toBe(`Basic ${encoded}`);
  });

  it('uses a new connection each time', async () => {
    const idp = closeLater(await startIdp(() => ({ json: { access_token: 'short', expires_in: 1 } })));
    const lines = [`+auth.fetch.url = ${idp.origin}/`, '+auth.fetch.token_path = access_token'];
    const fixture = closeLater(
      await openGatewayFixture({
        lines,
        respond: ({ number }) => ({ status: number === 1 ? 401 : 200 }),
      }),
    );
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    await idp.drained();
    expect(idp.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it('is made for a call, not at the start', async () => {
    const idp = closeLater(await startIdp());
    const lines = [`+auth.fetch.url = ${idp.origin}/`, '+auth.fetch.token_path = access_token'];
    const fixture = closeLater(await openGatewayFixture({ lines }));
    expect((await fixture.caller.call(GET, {})).kwargs).toMatchObject({ code: 'bad_request' });
    expect(idp.requests).toHaveLength(0);
  });
});

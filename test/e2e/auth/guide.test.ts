import { beforeEach, describe, expect, it } from 'vitest';
import { GET, guideOAuth2, NO_TOKEN, openAuthFixture } from '../../support/auth-fixture.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { readDocument } from '../../support/documents.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { tokenOf } from '../../support/idp.js';
import { checkedBy, type OidcIdp, POST_CLIENT, startOidcIdp } from '../../support/oidc-idp.js';

const GUIDE = readDocument('examples/guide.conf');
const SERVICE = GUIDE.slice(0, GUIDE.indexOf('## Token acquisition'));
const BASIC_AUTH = readDocument('test/e2e/fixtures/guide-basic-auth.conf');
const API_KEY = readDocument('test/e2e/fixtures/guide-api-key.conf');
const IN_BODY = /^rpc_gateway\S+\.body\.client_(id|secret) = .*\n/gm;

/** The service of the guide's API key, which the guide does not configure. */
const MAPS = `
rpc_gateway.services.maps.base_url = https://billing.example.com
rpc_gateway.services.maps.procedures.geocode.uri = com.maps.geocode
rpc_gateway.services.maps.procedures.geocode.realm = com.example.myrealm
rpc_gateway.services.maps.procedures.geocode.path = /geocode
`;

describe("the guide's Authentication Setup, verbatim", () => {
  let idp: OidcIdp;
  const closeLater = closeAfterEach();
  beforeEach(async () => {
    idp = closeLater(await startOidcIdp());
  });

  async function open(...sections: string[]): Promise<GatewayFixture> {
    const fixture = await openGatewayFixture({
      conf: (url) => sections.join('\n').replaceAll('https://billing.example.com', url),
      respond: checkedBy(idp),
    });
    return closeLater(fixture);
  }

  it('OAuth2 client credentials, with the real oidc-provider', async () => {
    const fixture = await open(SERVICE, guideOAuth2(idp.url));
    const call = { id: 'INV-001', expand: 'lines' };
    const answer = await fixture.caller.call(GET, call);
    expect(answer.kwargs).toMatchObject({ status: 200, body: { active: true, client_id: POST_CLIENT.id } });
    expect(idp.tokenRequests).toBe(1);
    expect(fixture.upstream.requests.map(({ url }) => url)).toEqual(['/api/invoices/INV-001?expand=lines']);
  });

  it('reuses the token of one call for the next, and fetches another when it is revoked', async () => {
    const fixture = await open(SERVICE, guideOAuth2(idp.url));
    await fixture.caller.call(GET, { id: 1 });
    await fixture.caller.call(GET, { id: 2 });
    const [first, second] = fixture.upstream.requests.map(tokenOf);
    expect([second, idp.tokenRequests]).toEqual([first, 1]);
    idp.revokeAll();
    const answer = await fixture.caller.call(GET, { id: 3 });
    expect(answer.kwargs).toMatchObject({ status: 200, body: { active: true } });
    const [refused, replayed] = fixture.upstream.requests.slice(2).map(tokenOf);
    expect([refused, replayed === first, idp.tokenRequests]).toEqual([first, false, 2]);
  });

  it('says in plain words that the provider does not know the secret', async () => {
    const vars = 'rpc_gateway.services.billing.auth.vars.client_secret = wrong';
    const fixture = await open(SERVICE, guideOAuth2(idp.url), vars);
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect([answer.uri, ownError(answer)]).toEqual([
      'bondy.error.bad_gateway',
      { ...NO_TOKEN, attempts: 0, retry_after: expect.any(Number) },
    ]);
    expect(fixture.upstream.connections).toBe(0);
  });

  it('Basic on the token request, with the real oidc-provider, which accepts the credentials in one place only', async () => {
    const fixture = await open(SERVICE, guideOAuth2(idp.url).replace(IN_BODY, ''), BASIC_AUTH);
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.kwargs).toMatchObject({ status: 200, body: { client_id: POST_CLIENT.id } });
    expect(idp.tokenRequests).toBe(1);
  });

  it('Basic on the token request, added to the fields of the body as the guide has it', async () => {
    const lines = BASIC_AUTH.trim().split('\n');
    const fixture = closeLater(await openAuthFixture({ lines }));
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    const [request] = fixture.idp.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/oauth/token' });
    expect(request?.headers.authorization).toBe(`Basic ${btoa('my-client-id:my-client-secret')}`);
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.text))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'my-client-id',
      client_secret: 'my-client-secret',
    });
  });

  it('API key', async () => {
    const fixture = await open(MAPS, API_KEY);
    fixture.upstream.respondWith(() => ({ json: { lat: 52.5 } }));
    const answer = await fixture.caller.call('com.maps.geocode', { place: 'Berlin' });
    expect(answer.kwargs).toStrictEqual({ status: 200, body: { lat: 52.5 } });
    const { url } = await fixture.upstream.arrived(1);
    expect(url).toBe('/geocode?place=Berlin&api_key=my-api-key-123');
    expect(idp.tokenRequests).toBe(0);
  });

  it.each([
    ['resource', 'https://billing.example.test/', { aud: 'https://billing.example.test/' }],
    ['scope', 'invoices:read', { scope: 'invoices:read' }],
  ])('a further field, %s, as real providers require it', async (field, value, known) => {
    const line = `rpc_gateway.services.billing.auth.fetch.body.${field} = ${value}`;
    const resource = 'rpc_gateway.services.billing.auth.fetch.body.resource = https://other.example.test/';
    const fixture = await open(SERVICE, guideOAuth2(idp.url), field === 'scope' ? resource : '', line);
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.kwargs).toMatchObject({ status: 200, body: known });
  });
});

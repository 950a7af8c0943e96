import { afterEach, describe, expect, it, vi } from 'vitest';
import { BASIC_CLIENT, checkedBy, type OidcIdp, POST_CLIENT, startOidcIdp } from './oidc-idp.js';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.js';

describe('the real identity provider', () => {
  let idp: OidcIdp | undefined;
  let api: RecordingUpstream | undefined;
  afterEach(async () => {
    await idp?.close();
    await api?.close();
  });

  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });
  async function askForToken(fields: Record<string, string>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields });
    const response = await fetch(`${idp?.url}/oauth/token`, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const posted = { client_id: POST_CLIENT.id, client_secret: POST_CLIENT.secret };

  it('starts without console output', async () => {
    const said = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    idp = await startOidcIdp();
    await askForToken(posted);
    for (const spy of said) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  it('issues tokens for credentials in the body or in the header, and counts the requests', async () => {
    idp = await startOidcIdp({ ttl: 77 });
    const inBody = await askForToken(posted);
    const inHeader = await askForToken({}, basic(BASIC_CLIENT.id, BASIC_CLIENT.secret));
    for (const { status, body } of [inBody, inHeader]) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ expires_in: 77, token_type: 'Bearer', access_token: expect.any(String) });
    }
    expect(inBody.body.access_token).not.toBe(inHeader.body.access_token);
    expect(idp.tokenRequests).toBe(2);
  });

  it.each([
    ['a wrong secret', { ...posted, client_secret: 'wrong' }, {}, 401, 'invalid_client'],
    ['both ways at once', posted, basic(POST_CLIENT.id, POST_CLIENT.secret), 400, 'invalid_request'],
  ])('refuses %s', async (_, fields, headers, status, error) => {
    idp = await startOidcIdp();
    const answer = await askForToken(fields, headers);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(idp.tokenRequests).toBe(1);
  });

  it('knows its tokens until they are revoked', async () => {
    idp = await startOidcIdp();
    const resource = 'https://billing.example.com/';
    const { body } = await askForToken({ ...posted, resource, scope: 'invoices:read' });
    const token = String(body.access_token);
    expect(await idp.introspect(token)).toMatchObject({
      active: true,
      aud: resource,
      scope: 'invoices:read',
      client_id: POST_CLIENT.id,
    });
    idp.revokeAll();
    expect(await idp.introspect(token)).toEqual({ active: false });
  });

  it('lets its API distinguish valid tokens from others', async () => {
    idp = await startOidcIdp();
    api = await startRecordingUpstream(checkedBy(idp));
    const { url } = api;
    const { body } = await askForToken(posted);
    const ask = (headers: Record<string, string>) => fetch(url, { headers });
    expect((await ask({ authorization: `Bearer ${body.access_token}` })).status).toBe(200);
    const refused = await ask({ authorization: 'Bearer made-up' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="invalid_token"',
    ]);
    expect((await ask({})).status).toBe(401);
  });
});

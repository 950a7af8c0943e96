import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthScene, GET, openAuthScene } from '../../support/auth-scene.js';
import { issuing } from '../../support/idp.js';
import { openScene, type Scene } from '../../support/scene.js';

describe('a token in a query parameter', () => {
  const TOKEN = 'a&b=c d+é/日本?#%41';
  let scene: AuthScene;
  beforeAll(async () => {
    scene = await openAuthScene({
      lines: [
        '+auth.apply.placement = query_param',
        '+auth.apply.name = access token',
        '+auth.apply.format = v1.{{token}}',
      ],
      idp: issuing({ access_token: TOKEN }),
    });
  });
  afterAll(() => scene.close());

  it('is percent-encoded', async () => {
    await scene.caller.call(GET, { id: 1, expand: 'lines' });
    const { url, headers } = await scene.upstream.arrived(1);
    expect(url).toBe(`/invoices/1?expand=lines&access%20token=v1.${encodeURIComponent(TOKEN)}`);
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is replaced after a refusal like any other', async () => {
    scene.upstream.clear();
    scene.upstream.answerWith(({ number }) => ({ status: number === 1 ? 401 : 200 }));
    expect((await scene.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
    expect(scene.upstream.requests).toHaveLength(2);
    expect(scene.idp.requests).toHaveLength(2);
  });
});

describe('a service without a token request', () => {
  const KEY = 'k&admin=1 +é/日本?#%41';
  const IN_QUERY = [
    `+auth.vars.token = ${KEY}`,
    '+auth.apply.placement = query_param',
    '+auth.apply.name = api_key',
  ];
  let scene: Scene;
  afterEach(() => scene.close());
  /** What the API was sent: a request target and the headers that name a key. */
  const sent = () =>
    scene.upstream.requests.map(({ url, rawHeaders }) => [
      url,
      ...rawHeaders.filter((_, index) => /authorization|key/i.test(rawHeaders[index - (index % 2)] ?? '')),
    ]);

  it('has its key percent-encoded in a query, where it wins over a parameter of the caller in any case', async () => {
    scene = await openScene({ lines: IN_QUERY });
    await scene.caller.call(GET, { id: 1, api_key: 'mine', API_KEY: 'another', q: 2 });
    expect(sent()).toEqual([[`/invoices/1?q=2&api_key=${encodeURIComponent(KEY)}`]]);
  });

  it('has its key in a header, where it wins over a header of the caller however spelt', async () => {
    const lines = ['+auth.vars.token = the key', '+auth.apply.name = X-Api-Key'];
    scene = await openScene({ lines });
    await scene.caller.call(GET, { id: 1, _headers: { 'x-api-key': 'mine', 'X-API-KEY': 'mine too' } });
    expect(sent()).toEqual([['/invoices/1', 'X-Api-Key', 'the key']]);
  });

  it.each([
    ['a static key', IN_QUERY],
    ['no auth at all', []],
  ])('asks nobody for anything, also after a refusal: %s', async (_, lines) => {
    scene = await openScene({
      lines: [...lines],
      answer: () => ({ status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
    });
    for (const id of [1, 2]) {
      const answer = await scene.caller.call(GET, { id });
      expect([answer.uri, answer.kwargs]).toEqual(['wamp.error.not_authorized', { status: 401, body: '' }]);
    }
    // One request a call: there is nothing newer to try.
    expect(scene.upstream.requests).toHaveLength(2);
    expect(scene.log.text()).not.toContain('token request');
  });

  it('without auth leaves the headers of its callers alone', async () => {
    scene = await openScene();
    await scene.caller.call(GET, { id: 1, api_key: 'mine', _headers: { Authorization: 'Bearer mine' } });
    expect(sent()).toEqual([['/invoices/1?api_key=mine', 'Authorization', 'Bearer mine']]);
  });
});

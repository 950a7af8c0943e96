import { afterEach, describe, expect, it } from 'vitest';
import { acceptingOnly, type Idp, issuing, startIdp, tokenOf } from './idp.js';
import { HANG, type RecordingUpstream, startRecordingUpstream } from './recording-upstream.js';

describe('the scripted token endpoint', () => {
  let idp: Idp;
  let api: RecordingUpstream | undefined;
  afterEach(async () => {
    await idp.close();
    await api?.close();
  });

  async function ask(path = '/oauth/token') {
    const response = await fetch(`${idp.origin}${path}`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: 'a=b',
    });
    return response.json();
  }

  it('gives each request a token of its own, and records what it was asked', async () => {
    idp = await startIdp();
    expect(await ask()).toEqual({ access_token: 'token-1', token_type: 'Bearer', expires_in: 3600 });
    idp.respondWith(issuing({ expires_in: '60', scope: 'x' }));
    expect(await ask('/other')).toMatchObject({ access_token: 'token-2', expires_in: '60', scope: 'x' });
    expect(idp.requests.map(({ method, url, text }) => `${method} ${url} ${text}`)).toEqual([
      'POST /oauth/token a=b',
      'POST /other a=b',
    ]);
    expect(idp.unanswered).toBe(0);
  });

  it('holds its responses until released', async () => {
    idp = await startIdp();
    const release = idp.hold();
    const answer = ask();
    await idp.arrived(1);
    expect(idp.unanswered).toBe(1);
    release();
    expect(await answer).toMatchObject({ access_token: 'token-1' });
    expect(await ask()).toMatchObject({ access_token: 'token-2' });
    expect(idp.unanswered).toBe(0);
  });

  it('counts a hanging request as long as the client waits', async () => {
    idp = await startIdp(() => HANG);
    const gone = new AbortController();
    const answer = fetch(idp.origin, { signal: gone.signal });
    const request = await idp.arrived(1);
    expect(idp.unanswered).toBe(1);
    gone.abort();
    await expect(answer).rejects.toThrow();
    await request.responded;
    expect(idp.unanswered).toBe(0);
  });

  it('refuses connections while it is stopped, and goes on counting afterwards', async () => {
    idp = await startIdp();
    await ask();
    await idp.stop();
    await expect(ask()).rejects.toThrow();
    await idp.restart();
    expect(await ask()).toMatchObject({ access_token: 'token-2' });
    expect(idp.requests.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('has an API that accepts only the given tokens', async () => {
    idp = await startIdp();
    const good = new Set(['token-1']);
    api = await startRecordingUpstream(acceptingOnly(good));
    const { url, requests } = api;
    const status = async (authorization: string) => (await fetch(url, { headers: { authorization } })).status;
    expect(await status('Bearer token-1')).toBe(200);
    expect(await status('token-1')).toBe(401);
    good.delete('token-1');
    expect(await status('Bearer token-1')).toBe(401);
    expect(requests.map(tokenOf)).toEqual(['token-1', '', 'token-1']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  NO_TOKEN,
  openAuthFixture,
} from '../../support/auth-fixture.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { issuing } from '../../support/idp.js';
import type { UpstreamResponse } from '../../support/recording-upstream.js';

/** Tokens that live for ten seconds and are used to their end. */
const SHORT = { idp: issuing({ expires_in: 10 }), refresh: '+auth.cache.refresh_margin = 0' };

describe('an expired token is never sent', () => {
  const closeLater = closeAfterEach();
  const open = async ({ lines = [], ...options }: AuthFixtureOptions) =>
    closeLater(await openAuthFixture({ ...options, idp: SHORT.idp, lines: [SHORT.refresh, ...lines] }));

  it('from the moment when its life ends', async () => {
    const fixture = await open({});
    await fixture.caller.call(GET, { id: 1 });
    fixture.clock.advance(9_999);
    await fixture.caller.call(GET, { id: 2 });
    fixture.clock.advance(1);
    await fixture.caller.call(GET, { id: 3 });
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-1', 'token-2']);
  });

  it('after a call has waited for its connection', async () => {
    const fixture = await open({
      lines: ['+pool.size = 1', '+pool.checkout_timeout = 30s', '+timeout = 30s'],
    });
    let finish = (): void => {};
    const slow = new Promise<UpstreamResponse>((resolve) => {
      finish = () => resolve({});
    });
    fixture.upstream.respondWith(({ number }) => (number === 1 ? slow : {}));
    const calls = [fixture.caller.call(GET, { id: 1 })];
    await fixture.upstream.arrived(1);
    calls.push(fixture.caller.call(GET, { id: 2 }));
    await fixture.caller.call('com.example.nobody');
    fixture.clock.advance(11_000);
    finish();
    const answers = await Promise.all(calls);
    expect(answers.map(({ kwargs }) => kwargs['status'])).toEqual([200, 200]);
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
  });

  it('after a call has waited for its next attempt', async () => {
    const fixture = await open({
      lines: ['+retry.statuses = 503', '+retries = 1', '+deadline = 1m'],
      api: ({ number }) => (number === 1 ? { status: 503, headers: { 'retry-after': '11' } } : {}),
    });
    const answer = fixture.caller.call(GET, { id: 1 });
    const { responded } = await fixture.upstream.arrived(1);
    await responded;
    await fixture.settle();
    fixture.clock.advance(11_000);
    expect((await answer).kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
  });

  describe('when it expires before a redirect is followed', () => {
    /** Redirects each call, and lets this number of tokens expire meanwhile. */
    async function slow(times: number, ...lines: string[]): Promise<AuthFixture> {
      const fixture = await open({ lines: ['+pool.follow_redirect = on', '+timeout = 30s', ...lines] });
      let left = times;
      fixture.upstream.respondWith(({ url }) => {
        if (url.endsWith('/there')) return { json: 'there' };
        if (left-- > 0) fixture.clock.advance(10_000);
        return { status: 302, headers: { location: `${url}/there` } };
      });
      return fixture;
    }
    const sent = (fixture: AuthFixture) => fixture.upstream.requests.map(({ url }) => url);
    const [HERE, THERE] = ['/invoices/1', '/invoices/1/there'];

    it('the call starts again, whatever `retries` says, and that counts as an attempt', async () => {
      const fixture = await slow(1, '+retries = 0', '+deadline = 30s');
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(answer.kwargs).toStrictEqual({ status: 200, body: 'there' });
      expect(sent(fixture)).toEqual([HERE, HERE, THERE]);
      expect(fixture.sentTokens()).toEqual(['token-1', 'token-2', 'token-2']);
    });

    it('the call starts again only once; the second time it ends', async () => {
      const fixture = await slow(9, '+retries = 5', '+deadline = 1m');
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(ownError(answer)).toEqual({ ...NO_TOKEN, attempts: 2 });
      expect(sent(fixture)).toEqual([HERE, HERE]);
    });
  });
});

import { describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  NO_TOKEN,
  openAuthFixture,
  POST,
} from '../../support/auth-fixture.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { acceptingOnly, issuing, tokenOf } from '../../support/idp.js';
import { HANG, RESET, type ResponseHandler } from '../../support/recording-upstream.js';

const BOTH = '+auth.refresh_on = 401, 403';
const FORBIDDEN = { status: 403, json: { message: 'not for you' } };

/** Ten calls at each tick: a hundred a second. */
const TICK_MS = 100;
const CALLS_A_TICK = 10;
const GUARD_MS = 10_000;

describe('refusals by the API, and the token requests that they cause', () => {
  const closeLater = closeAfterEach();
  const open = async (options: AuthFixtureOptions = {}) => closeLater(await openAuthFixture(options));

  /** Fetches a token, and waits until it is older than any guard. */
  async function warm(fixture: AuthFixture, then: ResponseHandler): Promise<void> {
    await fixture.caller.call(GET, { id: 'warm' });
    await fixture.pass(2 * GUARD_MS);
    fixture.upstream.clear();
    fixture.upstream.respondWith(then);
  }

  /** Makes a hundred calls a second, and returns the times of the token requests. */
  async function hammer(fixture: AuthFixture, forMs: number, expected: object): Promise<number[]> {
    const times: number[] = [];
    let seen = fixture.idp.requests.length;
    for (let passed = 0; passed < forMs; passed += TICK_MS) {
      const calls = Array.from({ length: CALLS_A_TICK }, (_, id) => fixture.caller.call(GET, { id }));
      for (const answer of await Promise.all(calls)) expect(answer.kwargs).toStrictEqual(expected);
      for (; seen < fixture.idp.requests.length; seen++) times.push(fixture.clock.monotonic());
      await fixture.pass(TICK_MS);
    }
    return times;
  }
  const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

  it('a hundred plain 403s a second cause no token request and no replay', async () => {
    const fixture = await open();
    await warm(fixture, () => FORBIDDEN);
    const expected = { status: 403, body: { message: 'not for you' } };
    expect(await hammer(fixture, 12_000, expected)).toEqual([]);
    expect(fixture.upstream.requests).toHaveLength(1_200);
    expect(new Set(fixture.sentTokens())).toEqual(new Set(['token-1']));
  });

  it('a hundred plain 403s a second, with refresh_on 403, cause at most one token request in ten seconds', async () => {
    const fixture = await open({ lines: [BOTH] });
    await warm(fixture, () => FORBIDDEN);
    const times = await hammer(fixture, 35_000, { status: 403, body: { message: 'not for you' } });
    expect(times).toHaveLength(4);
    for (const gap of gaps(times)) expect(gap).toBeGreaterThanOrEqual(GUARD_MS);
  });

  it('tokens that live ten seconds are replaced at most once more in that time because of plain 403s', async () => {
    const fixture = await open({ lines: [BOTH], idp: issuing({ expires_in: 10 }) });
    await warm(fixture, () => FORBIDDEN);
    const times = await hammer(fixture, 60_000, { status: 403, body: { message: 'not for you' } });
    expect(times.length).toBeLessThanOrEqual(60 / 5 + 60 / 10 + 1);
  });

  it('a hundred 401s a second cause at most one token request in ten seconds', async () => {
    const fixture = await open();
    await warm(fixture, acceptingOnly(new Set()));
    const times = await hammer(fixture, 35_000, { status: 401, body: { message: 'who are you?' } });
    expect(times).toHaveLength(4);
    for (const gap of gaps(times)) expect(gap).toBeGreaterThanOrEqual(GUARD_MS);
  });

  it('a 401 for a token that was fetched because of a 401 is passed on at once, without a replay', async () => {
    const fixture = await open();
    await warm(fixture, acceptingOnly(new Set()));
    await fixture.caller.call(GET, { id: 1 });
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
    await fixture.caller.call(GET, { id: 2 });
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2', 'token-2']);
    await fixture.pass(GUARD_MS);
    await fixture.caller.call(GET, { id: 3 });
    expect(fixture.sentTokens().slice(3)).toEqual(['token-2', 'token-3']);
  });

  it.each([
    'Bearer error="invalid_token"',
    'Bearer realm="billing", error="invalid_token", error_description="The token has expired"',
    'bearer error=invalid_token',
    'Basic realm="x", Bearer realm="a, b", ERROR = "invalid_token"',
  ])('a 403 with %s gets a new token and is replayed', async (challenge) => {
    const fixture = await open();
    const accept = acceptingOnly(new Set(['token-2']));
    await warm(fixture, (request, response) => {
      const answer = accept(request, response);
      const refused = typeof answer === 'object' && 'status' in answer && answer.status === 401;
      return refused ? { ...FORBIDDEN, headers: { 'www-authenticate': challenge } } : answer;
    });
    const answer = await fixture.caller.call(POST, { amount: 1 });
    expect(answer.kwargs).toStrictEqual({ status: 200, body: { ok: true } });
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
    expect(fixture.upstream.requests.map(({ text }) => text)).toEqual(Array(2).fill('{"amount":1}'));
    expect(fixture.idp.requests).toHaveLength(2);
  });

  it.each([
    'Bearer error="insufficient_scope", scope="invoices:write"',
    'Bearer realm="invalid_token"',
    'Bearer error="insufficient_scope", error_description="no error=\\"invalid_token\\" this"',
    'Bearer error="invalid_token_type"',
  ])('a 403 with %s gets no new token', async (challenge) => {
    const fixture = await open();
    await warm(fixture, () => ({ ...FORBIDDEN, headers: { 'www-authenticate': challenge } }));
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.kwargs['status']).toBe(403);
    expect([fixture.upstream.requests.length, fixture.idp.requests.length]).toEqual([1, 1]);
  });

  it('with refresh_on 403 a plain 403 is replayed with a new token', async () => {
    const fixture = await open({ lines: [BOTH] });
    await warm(fixture, ({ headers }) => (headers.authorization === 'Bearer token-1' ? FORBIDDEN : {}));
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
  });

  it('a replay is like any request: a lost POST is not sent again', async () => {
    const fixture = await open();
    await warm(fixture, ({ number }) => (number === 1 ? { status: 401 } : RESET));
    const answer = await fixture.caller.call(POST, { amount: 1 });
    expect(answer.kwargs).toMatchObject({ status: 502, code: 'connect', attempts: 2 });
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-2']);
  });

  it.each([400, 404, 407, 429, 500, 503])('a %i causes no token request and no replay', async (status) => {
    const fixture = await open({ lines: [BOTH] });
    await warm(fixture, () => ({ status, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }));
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(status);
    expect([fixture.upstream.requests.length, fixture.idp.requests.length]).toEqual([1, 1]);
  });

  describe('while no new token is available', () => {
    it('a 401 becomes 503, and calls no longer send the refused token', async () => {
      const fixture = await open();
      await warm(fixture, acceptingOnly(new Set(['token-3'])));
      fixture.idp.respondWith(() => ({ status: 500 }));
      const answer = await fixture.caller.call(POST, { a: 1 });
      expect(answer.uri).toBe('bondy.error.bad_gateway');
      expect(ownError(answer)).toEqual({ ...NO_TOKEN, attempts: 1, retry_after: 1 });
      const next = await fixture.caller.call(GET, { id: 2 });
      expect(ownError(next)).toEqual({ ...NO_TOKEN, attempts: 0, retry_after: 1 });
      expect([fixture.sentTokens(), fixture.idp.requests.length]).toEqual([['token-1'], 2]);

      fixture.idp.respondWith(issuing());
      await fixture.pass(2_000, 1_000);
      expect((await fixture.caller.call(GET, { id: 3 })).kwargs).toMatchObject({ status: 200 });
      expect(fixture.sentTokens()).toEqual(['token-1', 'token-3']);
    });

    it('a plain 403 is passed on unchanged, and the token is still used', async () => {
      const fixture = await open({ lines: [BOTH] });
      await warm(fixture, ({ url }) => (url.includes('forbidden') ? FORBIDDEN : {}));
      fixture.idp.respondWith(() => ({ status: 500 }));
      const answer = await fixture.caller.call(GET, { id: 'forbidden' });
      expect([answer.uri, answer.kwargs]).toEqual([
        'wamp.error.not_authorized',
        { status: 403, body: { message: 'not for you' } },
      ]);
      expect((await fixture.caller.call(GET, { id: 2 })).kwargs['status']).toBe(200);
      expect(fixture.sentTokens()).toEqual(['token-1', 'token-1']);
    });

    it('a plain 403 is passed on unchanged also when the token endpoint does not respond', async () => {
      const fixture = await open({ lines: [BOTH, '+deadline = 3s'] });
      await warm(fixture, () => FORBIDDEN);
      fixture.idp.respondWith(() => HANG);
      const answer = fixture.caller.call(GET, { id: 1 });
      await fixture.idp.arrived(2);
      fixture.clock.advance(3_000);
      expect((await answer).kwargs).toEqual({ status: 403, body: { message: 'not for you' } });
    });

    it('a hundred 403s a second put no more load on a dead token endpoint than other calls', async () => {
      const fixture = await open({ lines: [BOTH], random: 0 });
      await warm(fixture, () => FORBIDDEN);
      fixture.idp.respondWith(() => ({ status: 500 }));
      const times = await hammer(fixture, 60_000, { status: 403, body: { message: 'not for you' } });
      expect(times.length).toBeGreaterThan(1);
      expect(times.length).toBeLessThanOrEqual(10);
    });
  });

  it.each([400, 419, 498])('a %i that auth.refresh_on names causes a token request', async (status) => {
    const fixture = await open({ lines: [`+auth.refresh_on = 401, ${status}`], idp: issuing() });
    await warm(fixture, (request) =>
      tokenOf(request) === 'token-2' ? { json: { ok: true } } : { status, json: { error: 'token expired' } },
    );
    expect((await fixture.caller.call(POST, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    expect([fixture.upstream.requests.length, fixture.idp.requests.length]).toEqual([2, 2]);
  });
});

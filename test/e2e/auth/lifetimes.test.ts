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

const SECOND_MS = 1_000;
const HALF_A_MINUTE_MS = 30 * SECOND_MS;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** The time that the clock of a fixture starts at. */
const START_MS = Date.UTC(2026, 0, 1);
const NO_REFRESH_AHEAD = '+auth.cache.refresh_margin = 0';
const TEN_MINUTES = '+auth.cache.default_ttl = 10m';

describe('the life of a token', () => {
  const closeLater = closeAfterEach();
  const open = async (options: AuthFixtureOptions = {}) => closeLater(await openAuthFixture(options));
  const call = async (fixture: AuthFixture) => (await fixture.caller.call(GET, { id: 1 })).kwargs['status'];

  describe('has the length of the token response', () => {
    it.each([
      ['a number', 3600, HOUR_MS],
      ['a numeric string', '3600', HOUR_MS],
      ['a fraction', 90.5, 90_500],
      ['absent', undefined, 10 * MINUTE_MS],
      ['null', null, 10 * MINUTE_MS],
      ['0', 0, 10 * MINUTE_MS],
      ['-1', -1, 10 * MINUTE_MS],
      ['"abc"', 'abc', 10 * MINUTE_MS],
      ['an empty string', '', 10 * MINUTE_MS],
      ['true', true, 10 * MINUTE_MS],
      ['a list', [3600], 10 * MINUTE_MS],
      ['1e11', 1e11, 24 * HOUR_MS],
      ['"1e11"', '1e11', 24 * HOUR_MS],
      ['a text with a unit', '3600s', HOUR_MS],
      ['a Unix time', START_MS / 1000 + 3600, HOUR_MS],
      ['a Unix time in ms', START_MS + HOUR_MS, HOUR_MS],
      ['an ISO date', new Date(START_MS + HOUR_MS).toISOString(), HOUR_MS],
      ['a date that has passed', new Date(START_MS - HOUR_MS).toISOString(), 10 * MINUTE_MS],
      ['1e999, which is no number of JSON', 'RAW', 24 * HOUR_MS],
    ])('expires_in: %s', async (_, expiresIn, lifetimeMs) => {
      const json = { access_token: 'token-1', ...(expiresIn !== undefined && { expires_in: expiresIn }) };
      const body = JSON.stringify(json).replace('"RAW"', '1e999');
      const fixture = await open({ lines: [TEN_MINUTES, NO_REFRESH_AHEAD], idp: () => ({ body }) });
      expect(await call(fixture)).toBe(200);
      fixture.idp.respondWith(() => ({ status: 500 }));
      await fixture.pass(lifetimeMs - SECOND_MS, HALF_A_MINUTE_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 1]);
      await fixture.pass(2 * SECOND_MS);
      expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toMatchObject(NO_TOKEN);
      expect([fixture.sentTokens(), fixture.idp.requests.length]).toEqual([['token-1', 'token-1'], 2]);
    });

    it('is default_ttl when expires_in_path finds nothing', async () => {
      const fixture = await open({
        lines: [TEN_MINUTES, NO_REFRESH_AHEAD, '+auth.fetch.expires_in_path = data.expires_in'],
        idp: issuing({ expires_in: 5 }),
      });
      await call(fixture);
      await fixture.pass(10 * MINUTE_MS - SECOND_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 1]);
      await fixture.pass(2 * SECOND_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 2]);
    });

    it('is a day at most, even if default_ttl says more', async () => {
      const fixture = await open({
        lines: ['+auth.cache.default_ttl = 2w', NO_REFRESH_AHEAD],
        idp: issuing({ expires_in: undefined }),
      });
      await call(fixture);
      await fixture.pass(24 * HOUR_MS - SECOND_MS, HALF_A_MINUTE_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 1]);
      await fixture.pass(2 * SECOND_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 2]);
    });

    it('is taken from where expires_in_path points', async () => {
      const fixture = await open({
        lines: ['+auth.fetch.expires_in_path = data.life.seconds', NO_REFRESH_AHEAD],
        idp: issuing({ expires_in: 5, data: { life: { seconds: '60' } } }),
      });
      await call(fixture);
      await fixture.pass(59 * SECOND_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 1]);
      await fixture.pass(2 * SECOND_MS);
      expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, 2]);
    });
  });

  it('ends early with a new token, fetched in the background', async () => {
    const fixture = await open({ idp: issuing({ expires_in: 600 }) });
    await call(fixture);
    await fixture.pass(479 * SECOND_MS);
    await call(fixture);
    await fixture.settle();
    expect(fixture.idp.requests).toHaveLength(1);
    const release = fixture.idp.hold();
    await fixture.pass(SECOND_MS);
    await fixture.idp.arrived(2);
    // No call waits for it.
    expect(await call(fixture)).toBe(200);
    release();
    await fixture.settle();
    expect(await call(fixture)).toBe(200);
    expect(fixture.sentTokens()).toEqual(['token-1', 'token-1', 'token-1', 'token-2']);
    expect(fixture.idp.requests).toHaveLength(2);
  });

  it('is not prolonged for ever when nobody calls', async () => {
    const fixture = await open({ idp: issuing({ expires_in: 600 }) });
    await call(fixture);
    await fixture.pass(3 * HOUR_MS, HALF_A_MINUTE_MS);
    expect(fixture.idp.requests.length).toBeLessThanOrEqual(2);
    const asked = fixture.idp.requests.length;
    expect([await call(fixture), fixture.idp.requests.length]).toEqual([200, asked + 1]);
  });

  it('leaves no timer behind when the gateway stops', async () => {
    const fixture = await open();
    await call(fixture);
    await fixture.caller.close();
    await fixture.gateway.stop(0);
    expect(fixture.clock.pending).toBe(0);
  });

  it('is used to its end when refresh_margin is 0', async () => {
    const fixture = await open({ lines: [NO_REFRESH_AHEAD], idp: issuing({ expires_in: 60 }) });
    for (let second = 0; second < 60; second++) {
      expect(await call(fixture)).toBe(200);
      await fixture.pass(SECOND_MS);
    }
    expect(fixture.idp.requests).toHaveLength(1);
    await call(fixture);
    expect([fixture.sentTokens().at(-1), fixture.idp.requests.length]).toEqual(['token-2', 2]);
  });

  it.each([
    ['half of it', 60, '2m'],
    ['all of it', 60, '60s'],
    ['half of it, of the shortest', 2, '1h'],
  ])('is used for at least half its length, whatever the margin: %s', async (_, expiresIn, margin) => {
    const fixture = await open({
      lines: [`+auth.cache.refresh_margin = ${margin}`],
      idp: issuing({ expires_in: expiresIn }),
    });
    const lives = 10;
    for (let second = 0; second < lives * expiresIn; second++) {
      expect(await call(fixture)).toBe(200);
      await fixture.pass(SECOND_MS);
    }
    const { length } = fixture.idp.requests;
    expect(length).toBeGreaterThanOrEqual(lives);
    expect(length).toBeLessThanOrEqual(2 * lives + 1);
  });

  describe('of the same nearly expired token, returned again and again', () => {
    const same = (expiresIn: unknown) => ({ json: { access_token: 'same', expires_in: expiresIn } });

    it.each([1, 0.001, '0.5'])(
      'expires_in %j: neither a tight loop nor a token that never expires',
      async (expiresIn) => {
        const asked: number[] = [];
        const fixture = await open({
          idp: () => {
            asked.push(fixture.clock.monotonic());
            return same(expiresIn);
          },
        });
        for (let passed = 0; passed < MINUTE_MS; passed += 100) {
          expect(await call(fixture)).toBe(200);
          // Every token that is sent was issued within its lifetime of one second.
          expect(fixture.clock.monotonic() - Number(asked.at(-1))).toBeLessThanOrEqual(SECOND_MS);
          await fixture.pass(100);
        }
        expect(asked.length).toBeLessThanOrEqual(61);
        fixture.idp.respondWith(() => ({ status: 500 }));
        await fixture.pass(SECOND_MS);
        expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toMatchObject(NO_TOKEN);
      },
    );
  });
});

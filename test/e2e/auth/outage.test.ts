import { describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  NO_TOKEN,
  openAuthFixture,
} from '../../support/auth-fixture.js';
import { type Answer, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { issuing } from '../../support/idp.js';
import { CLOSE, HANG, RESET, type ResponseHandler } from '../../support/recording-upstream.js';

/** Ten calls at each tick: a hundred a second. */
const TICK_MS = 100;
const CALLS_A_TICK = 10;
const MINUTE_MS = 60_000;

/** Kinds of failure, and how the endpoint recovers. */
interface Death {
  begin(fixture: AuthFixture): unknown;
  end(fixture: AuthFixture): unknown;
}
const responding = (handler: ResponseHandler): Death => ({
  begin: ({ idp }) => idp.respondWith(handler),
  end: ({ idp }) => idp.respondWith(issuing()),
});
const DEATHS: readonly (readonly [string, Death])[] = [
  ['refuses connections', { begin: ({ idp }) => idp.stop(), end: ({ idp }) => idp.restart() }],
  ['resets connections', responding(() => RESET)],
  ['closes connections', responding(() => CLOSE)],
  ['responds with 500', responding(() => ({ status: 500, body: 'out of order' }))],
  ['hangs', responding(() => HANG)],
];

describe('a dead identity provider', () => {
  const closeLater = closeAfterEach();
  const open = async (options: AuthFixtureOptions = {}) => closeLater(await openAuthFixture(options));

  /** Failed token requests in the log, including refused connections. */
  const failures = (fixture: AuthFixture): number =>
    fixture.log.text().split('"token request failed"').length - 1;

  /**
   * A hundred calls a second; after each tick `tell` gets the calls that have been answered in it.
   */
  async function load(
    fixture: AuthFixture,
    forMs: number,
    tell: (answered: Answer[]) => 'enough' | undefined = () => undefined,
  ): Promise<void> {
    for (let passed = 0; passed < forMs; passed += TICK_MS) {
      const answered: Answer[] = [];
      for (let id = 0; id < CALLS_A_TICK; id++) {
        void fixture.caller.call(GET, { id }).then(
          (answer) => answered.push(answer),
          () => undefined,
        );
      }
      await fixture.pass(TICK_MS, TICK_MS);
      if (tell(answered) === 'enough') return;
    }
  }

  describe.each(DEATHS)('that %s, under a hundred calls a second', (_, death) => {
    it.each([0, 0.999])(
      'is asked at most ten times in the first minute, and twice a minute later (jitter %d)',
      async (random) => {
        const fixture = await open({ random });
        await death.begin(fixture);
        const counts = [0];
        for (let minute = 0; minute < 3; minute++) {
          await load(fixture, MINUTE_MS);
          counts.push(failures(fixture));
        }
        const perMinute = counts.slice(1).map((count, index) => count - (counts[index] ?? 0));
        expect(perMinute[0]).toBeGreaterThan(3);
        expect(perMinute[0]).toBeLessThanOrEqual(10);
        for (const count of perMinute.slice(1)) expect([1, 2]).toContain(count);
        expect(fixture.upstream.connections).toBe(0);

        await death.end(fixture);
        const backAt = fixture.clock.monotonic();
        let servedAt: number | undefined;
        await load(fixture, 2 * MINUTE_MS, (answered) => {
          if (!answered.some(({ kind }) => kind === 'result')) return undefined;
          servedAt = fixture.clock.monotonic();
          return 'enough';
        });
        expect(servedAt).toBeDefined();
        expect(Number(servedAt) - backAt).toBeLessThanOrEqual(30_000 + TICK_MS);
      },
    );
  });

  it('causes an immediate error that says when to retry', async () => {
    const fixture = await open();
    await fixture.idp.stop();
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(answer.uri).toBe('bondy.error.bad_gateway');
    expect(ownError(answer)).toEqual({ ...NO_TOKEN, attempts: 0, retry_after: 1 });
    const again = await fixture.caller.call(GET, { id: 1 });
    expect(ownError(again)).toEqual({ ...NO_TOKEN, attempts: 0, retry_after: 1 });
    expect(failures(fixture)).toBe(1);
    const [warning] = fixture.log.records().filter(({ msg }) => msg === 'token request failed');
    expect(warning).toMatchObject({
      level: 'warn',
      service: 'billing',
      cause: expect.any(String),
      retry_in_ms: 1_000,
    });
  });

  it('is waited for at most two seconds after it has failed', async () => {
    const fixture = await open({ idp: () => RESET });
    await fixture.caller.call(GET, { id: 1 });
    fixture.idp.respondWith(() => HANG);
    await fixture.pass(1_000);
    const calls = [fixture.caller.call(GET, { id: 2 }), fixture.caller.call(GET, { id: 3 })];
    await fixture.idp.arrived(2);
    await fixture.caller.call('com.example.nobody');
    fixture.clock.advance(2_000);
    for (const answer of await Promise.all(calls)) {
      expect(ownError(answer)).toMatchObject({ ...NO_TOKEN, attempts: 0 });
    }
    expect(fixture.idp.requests).toHaveLength(2);
  });

  it('that responds to the probe in time lets all waiting calls succeed', async () => {
    const fixture = await open({ idp: () => RESET });
    await fixture.caller.call(GET, { id: 1 });
    fixture.idp.respondWith(issuing());
    const release = fixture.idp.hold();
    await fixture.pass(1_000);
    const calls = [2, 3, 4].map((id) => fixture.caller.call(GET, { id }));
    await fixture.idp.arrived(2);
    release();
    for (const { kwargs } of await Promise.all(calls)) expect(kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(Array(3).fill('token-2'));
  });

  it('does not disturb calls while the token is valid, and causes 503 at once when it expires', async () => {
    const fixture = await open({ idp: issuing({ expires_in: 600 }) });
    await fixture.caller.call(GET, { id: 1 });
    await fixture.idp.stop();
    // The lifetime is 600 s and the margin 2 min: from 480 s on token requests fail.
    for (let second = 10; second < 600; second += 10) {
      await fixture.pass(10_000);
      expect((await fixture.caller.call(GET, { id: second })).kwargs['status']).toBe(200);
    }
    expect(failures(fixture)).toBeGreaterThan(1);
    expect(failures(fixture)).toBeLessThanOrEqual(10);
    expect(new Set(fixture.sentTokens())).toEqual(new Set(['token-1']));
    await fixture.pass(10_000);
    const sent = fixture.upstream.requests.length;
    const over = fixture.clock.monotonic();
    expect(ownError(await fixture.caller.call(GET, { id: 2 }))).toMatchObject(NO_TOKEN);
    expect(fixture.clock.monotonic()).toBe(over);
    expect(fixture.upstream.requests).toHaveLength(sent);

    await fixture.idp.restart();
    await fixture.pass(30_000);
    expect((await fixture.caller.call(GET, { id: 3 })).kwargs['status']).toBe(200);
    expect(fixture.sentTokens().at(-1)).toBe('token-2');
  });

  it('that hangs while the token is valid delays no call', async () => {
    const fixture = await open({ idp: issuing({ expires_in: 600 }) });
    await fixture.caller.call(GET, { id: 1 });
    fixture.idp.respondWith(() => HANG);
    await fixture.pass(480_000);
    await fixture.caller.call(GET, { id: 2 });
    await fixture.idp.arrived(2);
    expect((await fixture.caller.call(GET, { id: 3 })).kwargs['status']).toBe(200);
    expect(fixture.sentTokens()).toEqual(Array(3).fill('token-1'));
  });

  describe('that sends Retry-After', () => {
    const START = Date.UTC(2026, 0, 1);
    it.each([
      ['in seconds', '120', 120],
      ['as a date', new Date(START + 120_000).toUTCString(), 120],
      ['for less than the backoff', '0', 1],
      ['for longer than an hour', '86400', 3_600],
      ['in words of its own', 'soon', 1],
    ])('%s', async (_, field, seconds) => {
      const fixture = await open({ idp: () => ({ status: 503, headers: { 'retry-after': field } }) });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(ownError(answer)).toEqual({ ...NO_TOKEN, attempts: 0, retry_after: seconds });
      const early = seconds * 1_000 - 500;
      for (let left = early; left > 0; left -= 10_000) {
        await fixture.pass(Math.min(left, 10_000));
        expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ code: 'auth' });
      }
      expect(fixture.idp.requests).toHaveLength(1);
      fixture.idp.respondWith(issuing());
      await fixture.pass(1_000);
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs['status']).toBe(200);
      expect(fixture.idp.requests).toHaveLength(2);
    });

    it('is obeyed also while the old token is valid', async () => {
      const fixture = await open({ idp: issuing({ expires_in: 600 }) });
      await fixture.caller.call(GET, { id: 1 });
      fixture.idp.respondWith(() => ({ status: 429, headers: { 'retry-after': '100' } }));
      await fixture.pass(480_000);
      await fixture.caller.call(GET, { id: 2 });
      await fixture.settle();
      expect(fixture.idp.requests).toHaveLength(2);
      for (let second = 0; second < 90; second += 10) {
        await fixture.pass(10_000);
        expect((await fixture.caller.call(GET, { id: 3 })).kwargs['status']).toBe(200);
      }
      expect(fixture.idp.requests).toHaveLength(2);
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import type { BreakerState } from '../observe/observer.js';
import {
  type BreakerOptions,
  createCircuitBreaker,
  MAX_OPEN_MS,
  type Pass,
  type Verdict,
} from './circuit-breaker.js';

const OPTIONS: BreakerOptions = { windowMs: 10_000, minimumCalls: 4, failureRatio: 50, openMs: 1_000 };

function setUp(options: Partial<BreakerOptions> = {}) {
  const clock = createFakeClock(5_000_000);
  const changes: string[] = [];
  const breaker = createCircuitBreaker(
    { ...OPTIONS, ...options },
    { clock, onChange: (to, from) => changes.push(`${from} → ${to}`) },
  );
  function begin(): Pass {
    const pass = breaker.admit();
    if (pass.kind === 'no_pass') throw new Error('the breaker refused the call');
    return pass;
  }
  return {
    breaker,
    clock,
    changes,
    begin,
    calls(...verdicts: Verdict[]) {
      for (const verdict of verdicts) breaker.ended(begin(), verdict);
    },
    retryAfter() {
      const refused = breaker.admit();
      return refused.kind === 'no_pass' ? refused.retryAfterMs : undefined;
    },
  };
}

const GOOD = 'success';
const BAD = 'failure';

describe('a circuit breaker', () => {
  it('opens when enough calls failed, and refuses calls until its time is over', () => {
    const { breaker, calls, changes, clock, retryAfter } = setUp();
    calls(GOOD, BAD, GOOD, BAD);
    expect(changes).toEqual(['closed → open']);
    expect(retryAfter()).toBe(1_000);
    clock.advance(999);
    expect(retryAfter()).toBe(1);
    clock.advance(1);
    expect(breaker.admit().kind).toBe('pass');
    expect(breaker.state).toBe('half_open');
  });

  it('stays closed below the minimum of calls, and below the ratio', () => {
    const { breaker, calls } = setUp();
    calls(BAD, BAD, BAD);
    expect(breaker.state).toBe('closed');
    const below = setUp();
    below.calls(GOOD, GOOD, GOOD, BAD, BAD);
    expect(below.breaker.state).toBe('closed');
  });

  it('opens on a success that makes the minimum of calls', () => {
    const { breaker, calls } = setUp();
    calls(BAD, BAD, BAD, GOOD);
    expect(breaker.state).toBe('open');
  });

  it('does not count calls without a verdict', () => {
    const { breaker, calls } = setUp();
    calls(BAD, BAD, undefined, undefined, BAD);
    expect(breaker.state).toBe('closed');
    calls(BAD);
    expect(breaker.state).toBe('open');
  });

  it('forgets calls older than its window', () => {
    const { breaker, calls, clock } = setUp();
    calls(BAD, BAD, BAD);
    clock.advance(10_000);
    calls(BAD);
    expect(breaker.state).toBe('closed');
    clock.advance(3_600_000);
    calls(BAD, BAD, BAD);
    expect(breaker.state).toBe('closed');
    calls(BAD);
    expect(breaker.state).toBe('open');
  });

  it('lets one trial through, and closes when it succeeds', () => {
    const { breaker, calls, changes, clock, begin, retryAfter } = setUp();
    calls(BAD, BAD, BAD, BAD);
    clock.advance(1_000);
    const trial = begin();
    expect(retryAfter()).toBe(0);
    breaker.ended(trial, GOOD);
    expect(changes).toEqual(['closed → open', 'open → half_open', 'half_open → closed']);
    // The failures before the outage do not count any more.
    calls(BAD, BAD, BAD);
    expect(breaker.state).toBe('closed');
  });

  it('makes the next call the trial when a trial ends without a verdict', () => {
    const { breaker, calls, clock, begin } = setUp();
    calls(BAD, BAD, BAD, BAD);
    clock.advance(1_000);
    const first = begin();
    breaker.ended(first, undefined);
    const second = begin();
    // Only the trial decides, even if an earlier one reports again.
    breaker.ended(first, BAD);
    expect(breaker.state).toBe('half_open');
    breaker.ended(second, GOOD);
    expect(breaker.state).toBe('closed');
  });

  it('doubles its time with each failed trial up to the maximum, and resets it when it closes', () => {
    const { calls, clock, retryAfter } = setUp();
    calls(BAD, BAD, BAD, BAD);
    const times = [];
    for (let failed = 0; failed < 11; failed++) {
      const ms = retryAfter() ?? 0;
      times.push(ms);
      clock.advance(ms);
      calls(BAD);
    }
    expect(times.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(times.slice(-2)).toEqual([MAX_OPEN_MS, MAX_OPEN_MS]);
    clock.advance(MAX_OPEN_MS);
    calls(GOOD, BAD, BAD, BAD, BAD);
    expect(retryAfter()).toBe(1_000);
  });

  it('keeps an open time above the maximum', () => {
    const { calls, clock, retryAfter } = setUp({ openMs: 2 * MAX_OPEN_MS });
    calls(BAD, BAD, BAD, BAD);
    clock.advance(2 * MAX_OPEN_MS);
    calls(BAD);
    expect(retryAfter()).toBe(2 * MAX_OPEN_MS);
  });

  it('ignores calls that began before its state changed', () => {
    const { breaker, calls, clock, begin } = setUp();
    const [early, late] = [begin(), begin()];
    calls(BAD, BAD, BAD, BAD);
    breaker.ended(early, GOOD);
    expect(breaker.state).toBe('open');
    clock.advance(1_000);
    const trial = begin();
    breaker.ended(late, GOOD);
    expect(breaker.state).toBe('half_open');
    breaker.ended(trial, GOOD);
    expect(breaker.state).toBe('closed');
  });

  it('is closed after a reset, and forgets all calls', () => {
    const { breaker, calls, changes } = setUp();
    const stale = setUp().begin();
    calls(BAD, BAD, BAD, BAD);
    breaker.reset();
    expect(changes.at(-1)).toBe('open → closed');
    calls(BAD, BAD, BAD);
    breaker.ended(stale, BAD);
    expect(breaker.state).toBe('closed');
    breaker.reset();
    calls(BAD);
    expect(breaker.state).toBe('closed');
    expect(changes).toHaveLength(2);
  });
});

/** One step of a random run: a call begins, one of the running calls ends, or time passes. */
type Step =
  | { readonly kind: 'begin' }
  | { readonly kind: 'end'; readonly which: number; readonly verdict: Verdict }
  | { readonly kind: 'pass'; readonly ms: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'begin' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(20),
      verdict: fc.constantFrom<Verdict>(GOOD, BAD, BAD, undefined),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(400) }) },
);

describe('in any order of calls, a circuit breaker', () => {
  it('has at most one trial, and opens exactly when the minimum and the ratio are reached', () => {
    let opened = 0;
    let trials = 0;
    const property = fc.property(
      fc.array(STEP, { maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 100 }),
      (steps, minimumCalls, failureRatio) => {
        const { breaker, clock } = setUp({ minimumCalls, failureRatio, windowMs: 1_000, openMs: 300 });
        /** Running calls, with the number of state changes before they began. */
        const running: { pass: Pass; state: BreakerState; epoch: number }[] = [];
        /** The calls of the closed breaker: when each ended, and whether it failed. */
        let ended: { at: number; failed: boolean }[] = [];
        let epoch = 0;
        let last: BreakerState = 'closed';
        const follow = () => {
          if (breaker.state === last) return;
          epoch++;
          if (breaker.state === 'closed') ended = [];
          last = breaker.state;
        };
        for (const step of steps) {
          if (step.kind === 'pass') clock.advance(step.ms);
          if (step.kind === 'begin') {
            const pass = breaker.admit();
            follow();
            if (pass.kind === 'pass') running.push({ pass, state: breaker.state, epoch });
            if (pass.kind === 'pass') expect(breaker.state).not.toBe('open');
            const inTrial = running.filter((call) => call.state === 'half_open' && call.epoch === epoch);
            expect(inTrial.length).toBeLessThanOrEqual(1);
            trials += inTrial.length;
          }
          if (step.kind === 'end' && running.length > 0) {
            const [call] = running.splice(step.which % running.length, 1) as [(typeof running)[0]];
            const { verdict } = step;
            const before = breaker.state;
            const counts = call.epoch === epoch && before === 'closed' && verdict !== undefined;
            if (counts) ended.push({ at: clock.monotonic(), failed: verdict === BAD });
            breaker.ended(call.pass, verdict);
            if (before === 'closed') {
              const first = Math.floor(clock.monotonic() / 100) - 9;
              const recent = ended.filter(({ at }) => Math.floor(at / 100) >= first);
              const failures = recent.filter(({ failed }) => failed).length;
              const reached =
                recent.length >= minimumCalls && failures >= (failureRatio / 100) * recent.length;
              expect(breaker.state === 'open').toBe(counts && reached);
              if (breaker.state === 'open') opened++;
            }
            follow();
          }
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
    // If the breaker never opened or never tried, the runs would prove little.
    expect(opened).toBeGreaterThan(50);
    expect(trials).toBeGreaterThan(20);
  });
});

describe('a circuit breaker that replaces another one', () => {
  it('goes on where an open one was, without a report', () => {
    const former = setUp();
    former.calls(BAD, BAD, BAD, BAD);
    const next = setUp();
    next.breaker.takeOver(former.breaker.handOver()!);
    expect([next.breaker.state, former.breaker.state]).toEqual(['open', 'closed']);
    expect([next.changes, former.changes]).toEqual([[], ['closed → open']]);
    expect(next.retryAfter()).toBe(1_000);
    next.clock.advance(1_000);
    next.calls(GOOD);
    expect(next.breaker.state).toBe('closed');
  });

  it('keeps a longer time between trials', () => {
    const former = setUp();
    former.calls(BAD, BAD, BAD, BAD);
    former.clock.advance(1_000);
    former.calls(BAD);
    const next = setUp({ openMs: 500 });
    next.breaker.takeOver(former.breaker.handOver()!);
    next.clock.advance(3_000);
    next.calls(BAD);
    expect(next.retryAfter()).toBe(4_000);
  });

  it('sends the next call as the trial if a trial is running, whose end then says nothing', () => {
    const former = setUp();
    former.calls(BAD, BAD, BAD, BAD);
    former.clock.advance(1_000);
    const trial = former.begin();
    const next = setUp();
    next.clock.advance(1_000);
    next.breaker.takeOver(former.breaker.handOver()!);
    former.breaker.ended(trial, BAD);
    expect(former.breaker.state).toBe('closed');
    next.calls(GOOD);
    expect(next.breaker.state).toBe('closed');
  });

  it('takes nothing over from a closed one', () => {
    expect(setUp().breaker.handOver()).toBeUndefined();
  });
});

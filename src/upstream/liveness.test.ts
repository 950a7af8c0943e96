import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { createLiveness, type LivenessOptions } from './liveness.js';
import type { ProbeOutcome } from './probe.js';

const OPTIONS: LivenessOptions = {
  intervalMs: 30_000,
  failureThreshold: 3,
  successThreshold: 1,
  hasOwnPath: false,
};
const CAUSE = 'connect ECONNREFUSED';
const GOOD: ProbeOutcome = { kind: 'response', status: 200 };
const BAD: ProbeOutcome = { kind: 'failure', cause: CAUSE };

/** @param random 0.5 means no jitter */
function setUp(options: Partial<LivenessOptions> = {}, random = 0.5) {
  const clock = createFakeClock(1_000_000);
  const events: string[] = [];
  const probes: { outcome: Promise<ProbeOutcome>; stopped: boolean; end(outcome: ProbeOutcome): void }[] = [];
  let hasAddress = true;
  const liveness = createLiveness(
    { ...OPTIONS, ...options },
    {
      clock,
      random: () => random,
      probe() {
        if (!hasAddress) return undefined;
        let end = (_: ProbeOutcome): void => {};
        const outcome = new Promise<ProbeOutcome>((resolve) => {
          end = resolve;
        });
        const probe = { outcome, stopped: false, end };
        probes.push(probe);
        return {
          outcome,
          stop() {
            probe.stopped = true;
            end({ kind: 'failure', cause: 'stopped' });
          },
        };
      },
      events: {
        probeEnded: (ms, cause) => events.push(`probe ${cause === undefined ? 'ok' : 'error'} ${ms}`),
        down: () => events.push('down'),
        up: () => events.push('up'),
        alarmRaised: (cause) => events.push(`raised: ${cause}`),
        alarmCleared: () => events.push('cleared'),
      },
    },
  );
  liveness.start();
  async function end(outcome: ProbeOutcome): Promise<void> {
    const probe = probes.at(-1);
    if (probe === undefined) throw new Error('no probe was sent');
    probe.end(outcome);
    await probe.outcome;
  }
  return {
    liveness,
    clock,
    probes,
    events: () => events.filter((event) => !event.startsWith('probe')),
    allEvents: events,
    end,
    /** Waits for the next probe, and ends it. @returns the milliseconds until it was sent */
    async probe(outcome: ProbeOutcome): Promise<number> {
      const [count, before] = [probes.length, clock.monotonic()];
      while (probes.length === count) {
        if (clock.pending === 0) throw new Error('no probe will be sent');
        clock.advance(50);
      }
      await end(outcome);
      return clock.monotonic() - before;
    },
    loseAddress: () => {
      hasAddress = false;
    },
  };
}

describe('liveness', () => {
  it('is up from the start, and sends the first probe after an interval', async () => {
    const { liveness, clock, probes, end, allEvents } = setUp();
    clock.advance(29_999);
    expect(probes).toHaveLength(0);
    clock.advance(1);
    expect(probes).toHaveLength(1);
    clock.advance(40);
    await end(GOOD);
    expect(allEvents).toEqual(['probe ok 40']);
    expect(liveness.isDown).toBe(false);
    clock.advance(30_000);
    expect(probes).toHaveLength(2);
  });

  it.each([
    [0, 27_000],
    [0.999_999, 33_000],
  ])('spreads the intervals by ±10 %% (random %d)', async (random, ms) => {
    expect(Math.abs((await setUp({}, random).probe(GOOD)) - ms)).toBeLessThanOrEqual(50);
  });

  it('sends one probe at a time', async () => {
    const { clock, probes, end } = setUp();
    clock.advance(300_000);
    expect(probes).toHaveLength(1);
    await end(GOOD);
    clock.advance(30_000);
    expect(probes).toHaveLength(2);
  });

  it('is down after as many failures in a row as the threshold', async () => {
    const { liveness, probe, events } = setUp();
    await probe(BAD);
    await probe(BAD);
    await probe(GOOD);
    await probe(BAD);
    await probe(BAD);
    expect(liveness.isDown).toBe(false);
    await probe(BAD);
    expect(liveness.isDown).toBe(true);
    expect(events()).toEqual(['down', `raised: ${CAUSE}`]);
  });

  it('probes a service that is down after 1 s, 2 s, 4 s … up to the interval', async () => {
    const { probe } = setUp({ failureThreshold: 1 });
    const waits = [];
    for (let count = 0; count < 8; count++) waits.push(await probe(BAD));
    expect(waits).toEqual([30_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    const short = setUp({ failureThreshold: 1, intervalMs: 500 });
    expect([await short.probe(BAD), await short.probe(BAD), await short.probe(BAD)]).toEqual([500, 500, 500]);
  });

  it('says when the next probe comes', async () => {
    const { liveness, clock, probe, probes } = setUp({ failureThreshold: 1 });
    await probe(BAD);
    expect(liveness.retryAfterMs()).toBe(1_000);
    clock.advance(400);
    expect(liveness.retryAfterMs()).toBe(600);
    clock.advance(5_000);
    expect(probes).toHaveLength(2);
    expect(liveness.retryAfterMs()).toBe(0);
  });

  it('is up again after one good probe, and then waits the whole interval', async () => {
    const { liveness, probe, events } = setUp({ failureThreshold: 1 });
    await probe(BAD);
    await probe(GOOD);
    expect(liveness.isDown).toBe(false);
    expect(events()).toEqual(['down', `raised: ${CAUSE}`, 'up', 'cleared']);
    expect(await probe(BAD)).toBe(30_000);
    // The next outage begins with short waits again.
    expect(await probe(BAD)).toBe(1_000);
  });

  it('keeps the alarm until enough good probes in a row, and raises it only once', async () => {
    const { liveness, probe, events } = setUp({ failureThreshold: 2, successThreshold: 2 });
    await probe(BAD);
    await probe(BAD);
    await probe(GOOD);
    expect(liveness.isDown).toBe(false);
    await probe(BAD);
    await probe(BAD);
    expect(liveness.isDown).toBe(true);
    await probe(GOOD);
    await probe(GOOD);
    expect(events()).toEqual(['down', `raised: ${CAUSE}`, 'up', 'down', 'up', 'cleared']);
  });

  it('skips a probe after an interval in which the upstream answered a call', async () => {
    const { liveness, clock, probes, probe, end } = setUp({ failureThreshold: 2 });
    await probe(BAD);
    liveness.isAnswered = true;
    clock.advance(30_000);
    expect(probes).toHaveLength(1);
    clock.advance(30_000);
    expect(probes).toHaveLength(2);
    // The answered call has interrupted the row of failures.
    await end(BAD);
    expect(liveness.isDown).toBe(false);
  });

  it('probes in spite of answered calls while it has an alarm', async () => {
    const { liveness, probe, events } = setUp({ failureThreshold: 1, successThreshold: 2 });
    await probe(BAD);
    liveness.isAnswered = true;
    expect(await probe(GOOD)).toBe(1_000);
    liveness.isAnswered = true;
    expect(await probe(GOOD)).toBe(30_000);
    expect(events().at(-1)).toBe('cleared');
  });

  it('takes any response at base_url as a sign of life', async () => {
    const { liveness, probe } = setUp({ failureThreshold: 1 });
    await probe({ kind: 'response', status: 503 });
    expect(liveness.isDown).toBe(false);
  });

  it('takes a status of 500 or more as a failure at a path of its own, and never skips a probe there', async () => {
    const { liveness, probe, events } = setUp({ failureThreshold: 1, hasOwnPath: true });
    await probe({ kind: 'response', status: 499 });
    liveness.isAnswered = true;
    expect(await probe({ kind: 'response', status: 500 })).toBe(30_000);
    expect(events()).toEqual(['down', 'raised: the probe got the status 500']);
  });

  it('sends no probe without an address', () => {
    const { clock, probes, loseAddress, liveness } = setUp();
    loseAddress();
    clock.advance(300_000);
    expect(probes).toHaveLength(0);
    expect(liveness.isDown).toBe(false);
  });

  it('is up at a new address, and ignores the probe that still runs', async () => {
    const { liveness, clock, probe, probes, events, end } = setUp({ failureThreshold: 1 });
    await probe(BAD);
    clock.advance(1_000);
    const [, old] = probes;
    liveness.moved();
    expect(old?.stopped).toBe(true);
    await old?.outcome;
    expect(liveness.isDown).toBe(false);
    expect(events()).toEqual(['down', `raised: ${CAUSE}`, 'up']);
    clock.advance(1_000);
    expect(probes).toHaveLength(3);
    await end(GOOD);
    expect(events().at(-1)).toBe('cleared');
  });

  it('leaves no timer and no probe when it is closed', async () => {
    const { liveness, clock, probes, probe, allEvents } = setUp();
    await probe(GOOD);
    clock.advance(30_000);
    liveness.close();
    expect(probes.at(-1)?.stopped).toBe(true);
    await probes.at(-1)?.outcome;
    expect(clock.pending).toBe(0);
    expect(allEvents).toHaveLength(1);
    liveness.moved();
    expect(clock.pending).toBe(0);
  });
});

describe('probes that continue those of another configuration', () => {
  it('know that the same API is down, and look soon whether it still is', async () => {
    const { liveness, probe, events } = setUp();
    liveness.takeOver({ isDown: true, isDisabled: false, hasAlarm: true }, true);
    expect(liveness.isDown).toBe(true);
    expect(await probe(GOOD)).toBe(1_000);
    expect([liveness.isDown, events()]).toEqual([false, ['up', 'cleared']]);
  });

  it('take another API for up, and keep the alarm until a good probe', async () => {
    const { liveness, probe, events } = setUp();
    liveness.takeOver({ isDown: true, isDisabled: false, hasAlarm: true }, false);
    expect([liveness.isDown, events()]).toEqual([false, ['up']]);
    expect(await probe(GOOD)).toBe(1_000);
    expect(events()).toEqual(['up', 'cleared']);
  });

  it('keep a service disabled, and report nothing', () => {
    const { liveness, events } = setUp();
    liveness.takeOver({ isDown: false, isDisabled: true, hasAlarm: false }, true);
    expect([liveness.isDisabled, events(), liveness.state]).toEqual([
      true,
      [],
      { isDown: false, isDisabled: true, hasAlarm: false },
    ]);
  });
});

import type { Clock } from '../clock.js';
import type { Probe, ProbeOutcome } from './probe.js';

/**
 * Whether a service takes calls. The pipeline reads and writes the two fields for each call, which
 * costs less than calling functions.
 */
export interface Health {
  /** True while calls must not be sent, because probes fail. */
  readonly isDown: boolean;
  /** True while calls must not be sent, because an operator has disabled the service. */
  isDisabled: boolean;
  /** The pipeline sets it to true when the upstream has answered a call. */
  isAnswered: boolean;
  /** Milliseconds until a probe may find the service up again. */
  retryAfterMs(): number;
}

export interface LivenessOptions {
  readonly intervalMs: number;
  /** The service is down after this many failed probes in a row. */
  readonly failureThreshold: number;
  /** The alarm ends after this many good probes in a row. */
  readonly successThreshold: number;
  /**
   * True if the probe has a path of its own. Then a status of 500 or more is a failure, and calls do
   * not replace probes, because another part of the API answers them.
   */
  readonly hasOwnPath: boolean;
}

/** What liveness reports. */
export interface LivenessEvents {
  /** @param cause undefined if the probe was good */
  probeEnded(durationMs: number, cause: string | undefined): void;
  /** Calls are refused from now on. */
  down(cause: string): void;
  /** Calls are sent again. */
  up(): void;
  /** The service went down for the first time since the last alarm ended. */
  alarmRaised(cause: string): void;
  alarmCleared(): void;
}

export interface LivenessParts {
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Sends a probe. Returns undefined if there is no address at the moment. */
  readonly probe: () => Probe | undefined;
  readonly events: LivenessEvents;
}

/**
 * Probes an upstream, and tells whether it is down. It is up until probes say otherwise, so that
 * callers do not wait for the first probe.
 */
export interface Liveness extends Health {
  /** The first probe is sent after an interval. */
  start(): void;
  /** The upstream has a new address. It is up until probes say otherwise. */
  moved(): void;
  /**
   * Sends a probe at once, or joins the one that runs. The next one follows an interval later.
   *
   * @returns undefined if there are no probes, or no address at the moment
   */
  probeNow(): Promise<ProbeOutcome> | undefined;
  /** What a successor needs to know. */
  readonly state: LivenessState;
  /**
   * Takes the state of a predecessor over. Without the same address, the upstream is up until probes
   * say otherwise, but an alarm lasts until a good probe.
   */
  takeOver(before: LivenessState, isSameAddress: boolean): void;
  /** Ends all probes. */
  close(): void;
}

export interface LivenessState {
  readonly isDown: boolean;
  readonly isDisabled: boolean;
  readonly hasAlarm: boolean;
}

/** The first wait between two probes of a service that is down. Each further wait doubles. */
const FIRST_DOWN_MS = 1_000;
const JITTER = 0.1;

export function createLiveness(options: LivenessOptions, parts: LivenessParts): Liveness {
  const { intervalMs, failureThreshold, successThreshold, hasOwnPath } = options;
  const { clock, random, events } = parts;
  let isStarted = false;
  let hasAlarm = false;
  let failures = 0;
  let successes = 0;
  let downDelayMs = 0;
  let nextAt = 0;
  let running: Probe | undefined;
  let stopTimer = (): void => {};

  function schedule(ms: number): void {
    const delayMs = ms * (1 - JITTER + 2 * JITTER * random());
    nextAt = clock.monotonic() + delayMs;
    stopTimer = clock.after(delayMs, tick);
  }

  function stopAll(): void {
    stopTimer();
    const probe = running;
    running = undefined;
    probe?.stop();
  }

  function tick(): void {
    const isAnswered = liveness.isAnswered && !hasOwnPath && !hasAlarm;
    liveness.isAnswered = false;
    if (isAnswered) {
      // An answered call is as good as a good probe.
      failures = 0;
      schedule(intervalMs);
      return;
    }
    const probe = parts.probe();
    if (probe === undefined) schedule(intervalMs);
    else follow(probe);
  }

  function follow(probe: Probe): void {
    running = probe;
    const startedAt = clock.monotonic();
    void probe.outcome.then((outcome) => {
      // Another probe may run now, or none.
      if (running !== probe) return;
      running = undefined;
      const judged = judge(outcome);
      const cause = judged.kind === 'failure' ? judged.cause : undefined;
      events.probeEnded(clock.monotonic() - startedAt, cause);
      if (cause === undefined) succeed();
      else fail(cause);
      schedule(nextDelayMs());
    });
  }

  function judge(outcome: ProbeOutcome): ProbeOutcome {
    if (outcome.kind === 'failure' || !hasOwnPath || outcome.status < 500) return outcome;
    return { kind: 'failure', cause: `the probe got the status ${outcome.status}` };
  }

  function succeed(): void {
    failures = 0;
    successes++;
    reopen();
    if (hasAlarm && successes >= successThreshold) {
      hasAlarm = false;
      events.alarmCleared();
    }
  }

  function reopen(): void {
    if (!liveness.isDown) return;
    liveness.isDown = false;
    events.up();
  }

  function fail(cause: string): void {
    successes = 0;
    failures++;
    if (liveness.isDown || failures < failureThreshold) return;
    liveness.isDown = true;
    downDelayMs = 0;
    events.down(cause);
    if (hasAlarm) return;
    hasAlarm = true;
    events.alarmRaised(cause);
  }

  function nextDelayMs(): number {
    if (!liveness.isDown) return intervalMs;
    downDelayMs = Math.min(downDelayMs === 0 ? FIRST_DOWN_MS : downDelayMs * 2, intervalMs);
    return downDelayMs;
  }

  const liveness = {
    isDown: false,
    isDisabled: false,
    isAnswered: false,
    // While a probe runs, its result is due at any time.
    retryAfterMs: () => Math.max(0, nextAt - clock.monotonic()),
    start() {
      isStarted = true;
      schedule(intervalMs);
    },
    moved() {
      if (!isStarted) return;
      stopAll();
      [failures, successes, liveness.isAnswered] = [0, 0, false];
      reopen();
      // The alarm ends only with a good probe, so the next one must not be late.
      schedule(hasAlarm ? Math.min(FIRST_DOWN_MS, intervalMs) : intervalMs);
    },
    get state() {
      return { isDown: liveness.isDown, isDisabled: liveness.isDisabled, hasAlarm };
    },
    takeOver(before: LivenessState, isSameAddress: boolean) {
      liveness.isDisabled = before.isDisabled;
      hasAlarm = before.hasAlarm;
      liveness.isDown = before.isDown && isSameAddress;
      if (before.isDown && !isSameAddress) events.up();
      if (!hasAlarm) return;
      stopAll();
      // The alarm ends only with a good probe, so the next one must not be late.
      schedule(Math.min(FIRST_DOWN_MS, intervalMs));
    },
    probeNow() {
      if (!isStarted) return undefined;
      if (running === undefined) {
        const probe = parts.probe();
        if (probe === undefined) return undefined;
        stopTimer();
        follow(probe);
      }
      return running?.outcome.then(judge);
    },
    close() {
      isStarted = false;
      stopAll();
    },
  };
  return liveness;
}

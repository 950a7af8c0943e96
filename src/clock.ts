/**
 * The time. Every part that needs the time gets a clock, so that a test can replace it.
 *
 * @example
 * ```ts
 * import { type Clock, createGateway, loadConfig, systemClock } from 'wamp-rpc-gateway';
 *
 * // A clock that runs one hour ahead: to see how the gateway behaves when tokens expire.
 * const ahead: Clock = { ...systemClock, wall: () => systemClock.wall() + 3_600_000 };
 *
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }), { clock: ahead });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface Clock {
  /** Milliseconds of a monotonic clock: for deadlines and ages, never for dates. */
  monotonic(): number;
  /** Milliseconds since the epoch: for dates that a server sent (`Retry-After`, `expires_in`). */
  wall(): number;
  /**
   * Runs `action` once after `delayMs` milliseconds.
   *
   * @returns cancels the timer
   */
  after(delayMs: number, action: () => void): () => void;
}

/** The system's clock. Its timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits for a promise, but at most `ms` milliseconds. After that, returns the result of
 * `onTimeout`, or throws its error. The promise itself continues, and its later outcome is ignored.
 */
export async function withTimeout<T, U>(
  clock: Clock,
  ms: number,
  awaited: Promise<T>,
  onTimeout: () => U,
): Promise<T | U> {
  let stopTimer = (): void => {};
  const timeout = new Promise<void>((resolve) => {
    stopTimer = clock.after(ms, resolve);
  });
  try {
    return await Promise.race([awaited, timeout.then(onTimeout)]);
  } finally {
    stopTimer();
  }
}

/** Resolves when a signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

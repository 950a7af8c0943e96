/** Time, handed in wherever it is needed so that tests can hold it still. */
export interface Clock {
  /** Monotonic milliseconds: for deadlines and ages, never for dates. */
  monotonic(): number;
  /** Milliseconds since the epoch: for dates that others sent us (`Retry-After`, `expires_in`). */
  wall(): number;
  /** Runs `action` once after `delayMs` milliseconds; the returned function takes it back. */
  after(delayMs: number, action: () => void): () => void;
}

/** The machine's own clock. Its timers keep the process alive until they fire or are taken back. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

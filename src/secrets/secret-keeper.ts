import { type Backoff, backoffMs } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';

/** Variables and their values, from a secret. */
export type Values = ReadonlyMap<string, string>;

export interface SecretKeeperOptions {
  readonly provider: SecretProvider;
  /** Makes values from fields. A SecretError makes the read fail. */
  readonly pick: (fields: SecretFields) => Values;
  /** Called after each change of values, and after the first successful read. It must not throw. */
  readonly onChange: () => void;
  /** Milliseconds from a successful read to the next one; 0 means never. */
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** Values to use until the first read has ended, from an earlier keeper of the same secret. */
  readonly initial?: Values | undefined;
  /** Fields for each log record: the service and the provider. */
  readonly record: { readonly service: string; readonly provider?: string | undefined };
}

/** How the reads of a secret ended. */
export interface SecretReads {
  /** Monotonic milliseconds of the last successful read. Undefined before it. */
  readonly succeededAt: number | undefined;
  /** Why the last read failed. Undefined if it succeeded. */
  readonly cause: string | undefined;
}

/** Reads a secret at intervals, and keeps its latest values. */
export interface SecretKeeper {
  /** The values of the last successful read. Undefined before the first one. */
  values(): Values | undefined;
  /**
   * Starts reading and watching. Resolves after the first attempt, also if it fails. Never rejects.
   */
  start(): Promise<void>;
  /** Reads now, or joins the read in progress. Resolves when the read has ended. Never rejects. */
  reread(): Promise<void>;
  /** The last successful read, and the last failure if it is newer. For the status. */
  readonly reads: SecretReads;
  /**
   * Milliseconds until the next attempt. 0 during an attempt. Undefined if no attempt is scheduled.
   */
  nextInMs(): number | undefined;
  /** Stops watching and cancels the timers. The result of a read in progress is ignored. */
  close(): void;
}

const BACKOFF: Backoff = { baseMs: 1_000, capMs: 5 * 60_000 };

/**
 * Creates a keeper for one secret. A failed read keeps the old values, and is retried without a
 * limit. If one field is unusable, the whole read fails.
 */
export function createSecretKeeper(options: SecretKeeperOptions): SecretKeeper {
  const { provider, pick, clock, random, log, observer, record } = options;
  let values = options.initial;
  let failures = 0;
  let retryMs = 0;
  let reads: SecretReads = { succeededAt: undefined, cause: undefined };
  let currentRead: Promise<void> | undefined;
  /** True if the secret changed during a read, so that the result of the read may be old. */
  let changedMeanwhile = false;
  let next: { at: number; stop: () => void } | undefined;
  let stopWatch: (() => void) | undefined;
  let closed = false;

  function schedule(delayMs: number): void {
    next = { at: clock.monotonic() + delayMs, stop: clock.after(delayMs, () => void readNow()) };
  }

  function unschedule(): void {
    next?.stop();
    next = undefined;
  }

  function readNow(): Promise<void> {
    if (closed) return Promise.resolve();
    currentRead ??= readUntilSettled();
    return currentRead;
  }

  async function readUntilSettled(): Promise<void> {
    unschedule();
    do {
      changedMeanwhile = false;
      await attempt();
    } while (changedMeanwhile && !closed);
    // No await since the check of `changedMeanwhile`, so no change can happen in between.
    currentRead = undefined;
    if (closed) return;
    if (failures > 0) schedule(retryMs);
    else if (options.refreshMs > 0) schedule(options.refreshMs);
  }

  async function attempt(): Promise<void> {
    let fresh: Values;
    try {
      fresh = pick(await provider.read());
    } catch (error) {
      if (!closed) refuse(error);
      return;
    }
    if (!closed) accept(fresh);
  }

  function accept(fresh: Values): void {
    reads = { succeededAt: clock.monotonic(), cause: undefined };
    observer.secretRead(record.service, 'ok');
    if (failures > 0) log.info(record, 'the secret has been read');
    failures = 0;
    if (values !== undefined && isSame(values, fresh)) return;
    if (values !== undefined) log.info(record, 'the secret has changed; the new values are in use');
    values = fresh;
    options.onChange();
  }

  function refuse(error: unknown): void {
    observer.secretRead(record.service, 'error');
    failures += 1;
    retryMs = backoffMs(failures, BACKOFF, random);
    // Does not log the message and name of an unknown error, because they may quote a secret.
    const cause = error instanceof SecretError ? error.message : 'other error';
    reads = { ...reads, cause };
    log.warn(
      { ...record, cause, retry_in_ms: Math.round(retryMs) },
      values === undefined
        ? 'the secret is unreadable; calls fail until it is readable'
        : 'the secret is unreadable; its old values stay in use',
    );
  }

  return {
    values: () => values,
    start() {
      if (closed) return Promise.resolve();
      stopWatch ??= provider.watch?.(() => {
        changedMeanwhile = true;
        void readNow();
      });
      return readNow();
    },
    reread: readNow,
    get reads() {
      return reads;
    },
    nextInMs() {
      if (closed) return undefined;
      if (currentRead !== undefined) return 0;
      return next && Math.max(0, next.at - clock.monotonic());
    },
    close() {
      closed = true;
      unschedule();
      stopWatch?.();
      provider.close();
    },
  };
}

function isSame(a: Values, b: Values): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

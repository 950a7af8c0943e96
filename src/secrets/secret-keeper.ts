import { type Backoff, backoffMs } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';

/** What is made of a secret: variables and their values. */
export type Values = ReadonlyMap<string, string>;

export interface SecretKeeperOptions {
  readonly provider: SecretProvider;
  /** Makes the values of the fields. @throws SecretError: the read has failed then. */
  readonly pick: (fields: SecretFields) => Values;
  /** Called after each change of a value, the first read included. Must not throw. */
  readonly onChange: () => void;
  /** Milliseconds from a good read to the next; 0: never. */
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** Stands in each record: which service, which provider. */
  readonly record: { readonly service: string; readonly provider?: string | undefined };
}

/** Reads a secret again and again, so that there are values as soon, and as fresh, as can be. */
export interface SecretKeeper {
  /** The values last read whole; undefined while there were none. */
  values(): Values | undefined;
  /** Begins reading and watching; resolves when the first attempt has ended, well or not. Never rejects. */
  start(): Promise<void>;
  /** Reads now, unless a read is under way, which serves; resolves when it has ended. Never rejects. */
  reread(): Promise<void>;
  /** Milliseconds until the next attempt, 0 while one is under way; undefined where none is due. */
  nextInMs(): number | undefined;
  /** Ends watching and takes the timers back. What a read brings later is dropped. */
  close(): void;
}

const BACKOFF: Backoff = { baseMs: 1_000, capMs: 5 * 60_000 };

/**
 * Keeps the values of one secret. A failed read changes nothing: whoever has values keeps them, and it is tried again for
 * ever. All or nothing: a secret of which one field cannot be used has not been read.
 */
export function createSecretKeeper(options: SecretKeeperOptions): SecretKeeper {
  const { provider, pick, clock, random, log, observer, record } = options;
  let values: Values | undefined;
  let failures = 0;
  let retryMs = 0;
  let underWay: Promise<void> | undefined;
  /** True where the secret changed while it was being read: what comes of that read may be old. */
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
    underWay ??= readUntilSettled();
    return underWay;
  }

  async function readUntilSettled(): Promise<void> {
    unschedule();
    do {
      changedMeanwhile = false;
      await attempt();
    } while (changedMeanwhile && !closed);
    // Within the same step as the look at `changedMeanwhile`: no change can fall between the two.
    underWay = undefined;
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
    observer.secretRead(record.service, 'ok');
    if (failures > 0) log.info(record, 'the secret has been read');
    failures = 0;
    if (values !== undefined && isSame(values, fresh)) return;
    if (values !== undefined) log.info(record, 'the secret has changed; its new values are in use');
    values = fresh;
    options.onChange();
  }

  function refuse(error: unknown): void {
    observer.secretRead(record.service, 'error');
    failures += 1;
    retryMs = backoffMs(failures, BACKOFF, random);
    // Nothing of an error that is not ours: its message, its name too, may quote a secret.
    const cause = error instanceof SecretError ? error.message : 'other error';
    log.warn(
      { ...record, cause, retry_in_ms: Math.round(retryMs) },
      values === undefined
        ? 'the secret cannot be read; calls are refused until it can'
        : 'the secret cannot be read again; its old values stay in use',
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
    nextInMs() {
      if (closed) return undefined;
      if (underWay !== undefined) return 0;
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

import { type Backoff, backoffMs } from '../backoff.js';
import { type Clock, withTimeout } from '../clock.js';
import { hideFromPrint } from '../config/freeze.js';
import type { Logger } from '../log.js';
import { describeAwsError } from '../secrets/aws-errors.js';
import type { AwsCredentials, SignRequest } from './sigv4.js';

/** The credentials of AWS, and the function that signs with them. */
export interface AwsSigner {
  readonly kind: 'signer';
  readonly credentials: AwsCredentials;
  readonly sign: SignRequest;
  /** Milliseconds since the epoch. Infinity if the credentials do not expire. */
  readonly expiresAtWall: number;
}

/** The reason why there are no credentials. */
export interface NoAwsSigner {
  readonly kind: 'none';
  readonly cause: string;
  readonly retryAfterMs: number | undefined;
}

/** What the libraries of AWS provide. */
export interface AwsLibraries {
  /** The credential chain. It keeps its result and renews it. */
  credentials(): Promise<AwsCredentials & { readonly expiration?: Date }>;
  readonly sign: SignRequest;
}

export interface AwsCredentialsParts {
  readonly load: () => Promise<AwsLibraries>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly service: string;
}

export interface AwsCredentialSource {
  /** The current credentials. Returns a promise, which never rejects, only if they must be read. */
  obtain(): AwsSigner | NoAwsSigner | Promise<AwsSigner | NoAwsSigner>;
}

const BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** Nothing can stop a `credential_process` that hangs, so calls stop to wait for it. */
const READ_MS = 30_000;
/** The chain renews credentials five minutes before they expire. So it is asked again that early. */
const MARGIN_MS = 5 * 60_000;
/** Credentials without an end may change too: in shared files, and behind environment variables. */
const RECHECK_MS = 60_000;

/** Keeps the credentials of the default chain. Reads them when the first call needs them. */
export function createAwsCredentials(parts: AwsCredentialsParts): AwsCredentialSource {
  const { clock, log, service } = parts;
  let libraries: Promise<AwsLibraries> | undefined;
  let current: AwsSigner | undefined;
  /** Monotonic milliseconds until which the current credentials are used without another look. */
  let freshUntil = 0;
  let pending: Promise<AwsSigner | NoAwsSigner> | undefined;
  let failures = 0;
  let cause = '';
  let retryAt = 0;

  const isAlive = (signer: AwsSigner): boolean => clock.wall() < signer.expiresAtWall;

  async function read(): Promise<AwsSigner | NoAwsSigner> {
    try {
      libraries ??= parts.load();
      const { credentials, sign } = await libraries;
      const found = await credentials();
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
      const isSame =
        current?.credentials.accessKeyId === accessKeyId &&
        current.credentials.secretAccessKey === secretAccessKey &&
        current.credentials.sessionToken === sessionToken;
      current = hideFromPrint<AwsSigner>({
        kind: 'signer',
        // The signer keeps derived keys as long as the object stays the same.
        credentials: isSame
          ? (current as AwsSigner).credentials
          : hideFromPrint({
              accessKeyId,
              secretAccessKey,
              ...(sessionToken !== undefined && { sessionToken }),
            }),
        sign,
        expiresAtWall: expiration?.getTime() ?? Number.POSITIVE_INFINITY,
      });
      const left = current.expiresAtWall - clock.wall() - MARGIN_MS;
      freshUntil = clock.monotonic() + Math.min(Math.max(left, 1_000), RECHECK_MS);
      if (failures > 0)
        log.info({ service, after_failures: failures }, 'AWS credentials are available again');
      failures = 0;
      return current;
    } catch (error) {
      return fail(describeAwsError(error, 'AWS credentials').message);
    }
  }

  function fail(why: string): AwsSigner | NoAwsSigner {
    failures += 1;
    cause = why;
    retryAt = clock.monotonic() + backoffMs(failures, BACKOFF, parts.random);
    const retry_in_ms = Math.round(retryAt - clock.monotonic());
    log.warn({ service, cause, failures, retry_in_ms }, 'no AWS credentials are available');
    return current !== undefined && isAlive(current) ? current : none();
  }

  function none(): NoAwsSigner {
    return { kind: 'none', cause, retryAfterMs: Math.max(0, retryAt - clock.monotonic()) };
  }

  function startRead(): Promise<AwsSigner | NoAwsSigner> {
    const reading = read().finally(() => {
      pending = undefined;
    });
    pending = withTimeout(clock, READ_MS, reading, () => ({
      kind: 'none',
      cause: `no AWS credentials within ${READ_MS / 1000} s`,
      retryAfterMs: undefined,
    }));
    return pending;
  }

  return {
    obtain() {
      const now = clock.monotonic();
      const alive = current !== undefined && isAlive(current) ? current : undefined;
      if (alive !== undefined && now < freshUntil) return alive;
      if (pending === undefined && now < retryAt) return alive ?? none();
      const reading = pending ?? startRead();
      return alive ?? reading;
    },
  };
}

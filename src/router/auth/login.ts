import type { Clock } from '../../clock.js';
import { sourceOf } from '../../ip-source.js';
import type { Observer } from '../../observe/observer.js';
import type { SummedLog } from '../../summed-log.js';
import type { Authenticate } from '../../wamp/messages.js';
import type { ConnectionInfo } from '../../wamp/peer.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { LoginClaims } from './claims.js';
import type { Asker } from './fair-turns.js';
import type { DeriveFor, DeriveKey } from './key-derivation.js';
import type { LoginDelays } from './login-delays.js';
import type { Challenge } from './methods/challenge.js';
import type { LoginFacts } from './methods/login-method.js';
import type { LoginMethodName } from './methods/login-methods.js';
import type { RealmSecurity } from './realm-security.js';
import { EVERYBODY } from './roles.js';
import { type Refused, refused, type Step } from './steps.js';
import { TooBusy } from './too-busy.js';

/** What each login to one realm needs. */
export interface LoginContext {
  readonly realm: string;
  readonly security: RealmSecurity;
  readonly delays: LoginDelays;
  readonly deriveFor: DeriveFor;
  readonly clock: Clock;
  readonly log: Pick<SummedLog, 'info' | 'warn'>;
  readonly observer: Observer;
  /** Creates authids for clients without a name. */
  readonly newAuthid: () => string;
}

/** One client that wants to join. */
export interface Attempt {
  readonly claims: LoginClaims;
  /** The ID that the session will have. A challenge may contain it. */
  readonly session: number;
  readonly info: ConnectionInfo;
  /** The source that the work is counted for, and the signal that ends it. */
  readonly asker: Asker;
}

/** The source that a login counts for. A client without an address is on this machine. */
export const loginSource = ({ remoteAddress }: ConnectionInfo): string =>
  remoteAddress === undefined ? 'local' : sourceOf(remoteAddress);

/** A challenge whose `verify` returns the next step, or false if the client's answer is wrong. */
export interface JudgedChallenge {
  readonly extra: Challenge['extra'];
  verify(message: Authenticate, derive: DeriveKey): Step | false | Promise<Step | false>;
}

/**
 * The longest signature or ticket, in characters. Large tokens fit. A longer one fails without a
 * check, because hashing a password of megabytes takes seconds and any client could send one.
 */
const MAX_SIGNATURE = 64 * 1024;

/**
 * Creates the login step for one challenge. The challenge allows one answer. A wrong answer is
 * refused after the delay for failed logins. The delay starts when the answer arrives, so that the
 * duration of the check reveals nothing.
 */
export function stepOf(
  { realm, delays, deriveFor, clock, log, observer }: LoginContext,
  { info, asker }: Attempt,
  method: LoginMethodName,
  challenge: JudgedChallenge,
): Step {
  const address = info.remoteAddress;
  return {
    kind: 'challenge',
    method,
    extra: challenge.extra,
    answer(message) {
      const since = clock.monotonic();
      const trial = delays.begin(asker.source);
      if (trial === undefined) return blocked();
      const settle = (outcome: Step | false): Step => {
        if (outcome !== false) {
          trial.passed();
          return outcome;
        }
        const notBefore = trial.failed(since);
        observer.loginFailed(realm, method);
        log.info({ realm, method }, 'a login failed', { address, delay: notBefore - since });
        return { ...refused(ERROR_URI.authenticationDenied, 'the login failed'), notBefore };
      };
      const isTooLong = message.signature.length > MAX_SIGNATURE;
      const outcome = isTooLong ? false : challenge.verify(message, deriveFor(asker));
      if (!(outcome instanceof Promise)) return settle(outcome);
      return outcome.then(settle, (error: unknown) => {
        trial.passed();
        return busyOr(error);
      });
    },
  };
}

/** The facts that a challenge may contain. */
export function factsOf(
  { security, clock }: LoginContext,
  { session, claims }: Attempt,
  authid: string,
  authrole: string,
): LoginFacts {
  const isDynamic = security.authenticator !== undefined;
  return {
    authid,
    // For an unknown name, the authenticator returns no role. So no challenge contains the real
    // role. WELCOME contains it.
    authrole: isDynamic ? (claims.authrole ?? EVERYBODY) : authrole,
    // This value is the same for all users of the realm. So it does not reveal for which users the
    // router calls the authenticator.
    authprovider: isDynamic ? 'dynamic' : 'static',
    session,
    now: clock.wall(),
    clientNonce: claims.nonce ?? '',
  };
}

export const blocked = (): Refused =>
  refused(
    ERROR_URI.tooManyRequests,
    'too many logins from this address have failed or are being checked; try again later',
  );

/**
 * The refusal of a login that could not be checked because too many others wait. @throws any other
 * error
 */
export function busyOr(error: unknown): Refused {
  if (!(error instanceof TooBusy)) throw error;
  return refused(ERROR_URI.tooManyRequests, 'too many logins are being checked; try again later');
}

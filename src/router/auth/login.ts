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

/** What every login to one realm needs. */
export interface LoginContext {
  readonly realm: string;
  readonly security: RealmSecurity;
  readonly delays: LoginDelays;
  readonly deriveFor: DeriveFor;
  readonly clock: Clock;
  readonly log: Pick<SummedLog, 'info' | 'warn'>;
  readonly observer: Observer;
  /** Names for those who have none. */
  readonly newAuthid: () => string;
}

/** One client that wants to join. */
export interface Attempt {
  readonly claims: LoginClaims;
  /** The ID that its session will have: a challenge may name it. */
  readonly session: number;
  readonly info: ConnectionInfo;
  /** By whom its work is counted, and whether somebody still waits for it. */
  readonly asker: Asker;
}

/** What logins are counted by. Who has no address is on this machine. */
export const loginSource = ({ remoteAddress }: ConnectionInfo): string =>
  remoteAddress === undefined ? 'local' : sourceOf(remoteAddress);

/** A challenge whose right answer is an admission already; false for a wrong one. */
export interface JudgedChallenge {
  readonly extra: Challenge['extra'];
  verify(message: Authenticate, derive: DeriveKey): Step | false | Promise<Step | false>;
}

/**
 * Characters of a signature or ticket, large tokens included. What is longer is wrong, and not
 * looked at: to prepare and hash megabytes of a password takes seconds, and anybody can ask for
 * that.
 */
const LONGEST_ANSWER = 64 * 1024;

/**
 * One challenge, one answer. One that is wrong is told no sooner than the failed logins before
 * allow, counted from when it came: how long it was looked at shows nobody anything.
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
      const isTooLong = message.signature.length > LONGEST_ANSWER;
      const outcome = isTooLong ? false : challenge.verify(message, deriveFor(asker));
      if (!(outcome instanceof Promise)) return settle(outcome);
      return outcome.then(settle, (error: unknown) => {
        trial.passed();
        return busyOr(error);
      });
    },
  };
}

/** What a challenge may tell a client. */
export function factsOf(
  { security, clock }: LoginContext,
  { session, claims }: Attempt,
  authid: string,
  authrole: string,
): LoginFacts {
  const isDynamic = security.authenticator !== undefined;
  return {
    authid,
    // With an authenticator nobody knows the role of a name that the authenticator does not know:
    // WELCOME tells the role.
    authrole: isDynamic ? (claims.authrole ?? EVERYBODY) : authrole,
    // The same for all users of the realm, so that it does not tell which of them the authenticator
    // is asked for.
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
 * What a client is told whose login could not be checked for lack of time.
 * @throws whatever else went wrong
 */
export function busyOr(error: unknown): Refused {
  if (!(error instanceof TooBusy)) throw error;
  return refused(ERROR_URI.tooManyRequests, 'too many logins are being checked; try again later');
}

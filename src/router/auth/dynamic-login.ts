import type { Dict } from '../../wamp/payload.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { AskAuthenticator, KnownUser } from './authenticator.js';
import type { Decoys } from './decoys.js';
import { type Attempt, busyOr, factsOf, type LoginContext, stepOf } from './login.js';
import type { Challenge, Judgement } from './methods/challenge.js';
import type { UserKeys } from './methods/login-method.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { rolesOfDynamicUser } from './review.js';
import { EVERYBODY } from './roles.js';
import { type Admission, refused, type Step } from './steps.js';

export interface DynamicLogin {
  readonly method: LoginMethodName;
  readonly ask: AskAuthenticator;
  /** HELLO.authextra, for the authenticator. */
  readonly authextra: Dict;
  /**
   * Challenges for clients that the authenticator does not know, so that the challenge does not
   * reveal who is known.
   */
  readonly decoys: Decoys;
}

/**
 * Logs a client in with the help of an authenticator. The authenticator checks a ticket itself. For
 * other authmethods it returns keys, and the router checks the client's response with them.
 */
export function askAuthenticator(
  context: LoginContext,
  attempt: Attempt,
  { method, ask, authextra, decoys }: DynamicLogin,
): Step | Promise<Step> {
  const { claims, session, info } = attempt;
  const details = {
    session,
    authmethod: method,
    ...(claims.authrole !== undefined && { authrole: claims.authrole }),
    authextra,
    transport: { type: info.transport, ...(info.remoteAddress && { peer: info.remoteAddress }) },
  };
  if (methodNamed(method).isJudgedByAuthenticator) {
    return stepOf(context, attempt, method, {
      extra: {},
      async verify({ signature }) {
        const user = await ask(claims.authid, { ...details, ticket: signature });
        if (user.kind === 'denied') return false;
        return user.kind === 'failed' ? uncheckable() : admit(context, attempt, method, user, {});
      },
    });
  }
  const stepBy = (
    challenge: Challenge,
    settle: (verdict: Exclude<Judgement, false>) => Admission | false,
  ): Step =>
    stepOf(context, attempt, method, {
      extra: challenge.extra,
      async verify(message, derive) {
        const verdict = await challenge.verify(message, derive);
        return verdict !== false && settle(verdict);
      },
    });
  return ask(claims.authid, details).then((user) => {
    if (user.kind === 'failed') return uncheckable();
    if (user.kind === 'known') {
      decoys.learn(user);
      const challenge = challengeUser(context, attempt, method, user);
      if (challenge !== undefined)
        return stepBy(challenge, (verdict) => admit(context, attempt, method, user, verdict));
    }
    const authid = claims.authid ?? '';
    const facts = factsOf(context, attempt, authid, EVERYBODY);
    return stepBy(methodNamed(method).challengeDecoy(decoys.of(authid), facts), () => false);
  }, busyOr);
}

/** Returns undefined if the authenticator's result lacks what this authmethod needs. */
function challengeUser(
  context: LoginContext,
  attempt: Attempt,
  method: LoginMethodName,
  user: KnownUser,
): Challenge | undefined {
  const facts = factsOf(context, attempt, attempt.claims.authid ?? '', user.authrole);
  return methodNamed(method).challenge(keysOf(user, attempt.claims.pubkey), facts);
}

/**
 * @param claimed the key that the client named. If the authenticator names a key too, both must be
 * equal.
 */
function keysOf({ cra, scram, pubkey }: KnownUser, claimed: string | undefined): UserKeys {
  const key = pubkey ?? claimed;
  const isKnown = key !== undefined && (claimed === undefined || claimed === key);
  return { cra, ...(scram && { scram }), publicKeys: isKnown ? [key] : [] };
}

function admit(
  { security, newAuthid }: LoginContext,
  { claims }: Attempt,
  authmethod: LoginMethodName,
  user: KnownUser,
  { authextra }: Exclude<Judgement, false>,
): Admission {
  const { authrole } = user;
  return {
    kind: 'admitted',
    identity: {
      authid: user.authid ?? claims.authid ?? claims.pubkey ?? newAuthid(),
      authrole,
      authmethod,
      authprovider: 'dynamic',
    },
    roles: rolesOfDynamicUser(authrole, security),
    meta: user.meta,
    authextra: { ...user.authextra, ...authextra },
  };
}

const uncheckable = () => refused(ERROR_URI.authenticationFailed, 'the login could not be checked');

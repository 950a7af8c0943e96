import type { Dict } from '../../wamp/payload.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { AskAuthenticator, Vouched } from './authenticator.js';
import type { Decoys } from './decoys.js';
import { type Attempt, busyOr, factsOf, type LoginContext, stepOf } from './login.js';
import type { Challenge, Judgement } from './methods/challenge.js';
import type { UserKeys } from './methods/login-method.js';
import { type LoginMethodName, methodNamed } from './methods/login-methods.js';
import { EVERYBODY, withTheirGroups } from './roles.js';
import { type Admission, refused, type Step } from './steps.js';

export interface DynamicLogin {
  readonly method: LoginMethodName;
  readonly ask: AskAuthenticator;
  /** HELLO.authextra, which the authenticator is told. */
  readonly authextra: Dict;
  /**
   * What a client is shown whom the authenticator does not know: nobody is to learn that way whom
   * it does.
   */
  readonly decoys: Decoys;
}

/**
 * A login by an authenticator: it judges a ticket itself, and for others gives what their answer is
 * judged by.
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
        const vouched = await ask(claims.authid, { ...details, ticket: signature });
        if (vouched === 'denied') return false;
        return vouched === 'failed' ? unfit() : admit(context, attempt, method, vouched, {});
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
  return ask(claims.authid, details).then((vouched) => {
    if (vouched === 'failed') return unfit();
    if (vouched !== 'denied') {
      decoys.learn(vouched);
      const challenge = challengeVouched(context, attempt, method, vouched);
      if (challenge !== undefined)
        return stepBy(challenge, (verdict) => admit(context, attempt, method, vouched, verdict));
    }
    const authid = claims.authid ?? '';
    const facts = factsOf(context, attempt, authid, EVERYBODY);
    return stepBy(methodNamed(method).challengeDecoy(decoys.of(authid), facts), () => false);
  }, busyOr);
}

/** Undefined where the authenticator did not give what this authmethod needs. */
function challengeVouched(
  context: LoginContext,
  attempt: Attempt,
  method: LoginMethodName,
  vouched: Vouched,
): Challenge | undefined {
  const facts = factsOf(context, attempt, attempt.claims.authid ?? '', vouched.authrole);
  return methodNamed(method).challenge(keysOf(vouched, attempt.claims.pubkey), facts);
}

/**
 * @param claimed the key that the client named. Where the authenticator names one too, it must be
 * the same.
 */
function keysOf({ cra, scram, pubkey }: Vouched, claimed: string | undefined): UserKeys {
  const key = pubkey ?? claimed;
  const isKnown = key !== undefined && (claimed === undefined || claimed === key);
  return { cra, ...(scram && { scram }), publicKeys: isKnown ? [key] : [] };
}

function admit(
  { security, newAuthid }: LoginContext,
  { claims }: Attempt,
  authmethod: LoginMethodName,
  vouched: Vouched,
  { authextra }: Exclude<Judgement, false>,
): Admission {
  const { authrole } = vouched;
  // Grants to a user of the configuration are for that user alone, and not for who is given its
  // name, as role or authid.
  const groups = security.users.has(authrole) ? [] : [authrole];
  return {
    kind: 'admitted',
    identity: {
      authid: vouched.authid ?? claims.authid ?? claims.pubkey ?? newAuthid(),
      authrole,
      authmethod,
      authprovider: 'dynamic',
    },
    roles: new Set([...withTheirGroups(groups, security.groups), EVERYBODY]),
    authextra: { ...vouched.authextra, ...authextra },
  };
}

const unfit = () => refused(ERROR_URI.authenticationFailed, 'the login could not be checked');

import type { Dict } from '../../wamp/payload.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { AskAuthenticator, Vouched } from './authenticator.js';
import type { Lookalikes } from './decoys.js';
import { type Attempt, busyOr, craClaims, type LoginContext, stepOf } from './login.js';
import type { Challenge, Judgement } from './methods/challenge.js';
import { challengeCryptosign } from './methods/cryptosign.js';
import { challengeScram } from './methods/scram.js';
import { challengeCra } from './methods/wampcra.js';
import type { AuthMethod } from './realm-security.js';
import { EVERYBODY, withTheirGroups } from './roles.js';
import { type Admission, refused, type Step } from './steps.js';

export interface DynamicLogin {
  readonly method: AuthMethod;
  readonly ask: AskAuthenticator;
  /** HELLO.authextra, which the authenticator is told. */
  readonly authextra: Dict;
  /** What a client is shown whom the authenticator does not know: nobody is to learn that way whom it does. */
  readonly lookalikes: Lookalikes;
}

/** A login by an authenticator: it judges a ticket itself, and for others gives what their answer is judged by. */
export function askAuthenticator(
  context: LoginContext,
  attempt: Attempt,
  { method, ask, authextra, lookalikes }: DynamicLogin,
): Step | Promise<Step> {
  const { claims, session, info } = attempt;
  const details = {
    session,
    authmethod: method,
    ...(claims.authrole !== undefined && { authrole: claims.authrole }),
    authextra,
    transport: { type: info.transport, ...(info.remoteAddress && { peer: info.remoteAddress }) },
  };
  if (method === 'ticket') {
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
      lookalikes.learn(vouched);
      const challenge = challengeBy(context, attempt, method, vouched);
      if (challenge !== undefined)
        return stepBy(challenge, (verdict) => admit(context, attempt, method, vouched, verdict));
    }
    const nobody = lookalikes.of(claims.authid ?? '');
    return stepBy(challengeBy(context, attempt, method, nobody) ?? challengeCryptosign([]), () => false);
  }, busyOr);
}

/** Undefined where the authenticator did not give what this authmethod needs. */
function challengeBy(
  context: LoginContext,
  attempt: Attempt,
  method: AuthMethod,
  vouched: Vouched,
): Challenge | undefined {
  const { authid = '', pubkey, nonce = '' } = attempt.claims;
  switch (method) {
    case 'cryptosign': {
      const key = vouched.pubkey ?? pubkey;
      const isNamed = key !== undefined && (pubkey === undefined || pubkey === key);
      return isNamed ? challengeCryptosign([key]) : undefined;
    }
    case 'wampcra': {
      const claims = craClaims(context, attempt, authid, vouched.authrole);
      return vouched.cra && challengeCra(vouched.cra, claims);
    }
    case 'wamp-scram':
      return vouched.scram && challengeScram(vouched.scram, authid, nonce);
    default:
      return undefined;
  }
}

function admit(
  { security, newAuthid }: LoginContext,
  { claims }: Attempt,
  authmethod: AuthMethod,
  vouched: Vouched,
  { authextra }: Exclude<Judgement, false>,
): Admission {
  const { authrole } = vouched;
  // Grants to a user of the configuration are for that user alone, and not for who is given its name, as role or authid.
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

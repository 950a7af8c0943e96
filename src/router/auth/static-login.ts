import { type Attempt, craClaims, type LoginContext, stepOf } from './login.js';
import type { Challenge, Judgement } from './methods/challenge.js';
import { challengeCryptosign } from './methods/cryptosign.js';
import { challengeScram } from './methods/scram.js';
import { challengeTicket } from './methods/ticket.js';
import { challengeCra } from './methods/wampcra.js';
import type { Principal } from './principals.js';
import { chooseAuthrole, EVERYBODY, withTheirGroups } from './roles.js';
import type { Admission, Step } from './steps.js';

/** Challenges a user of the configuration, or what looks like one. */
export function challengePrincipal(context: LoginContext, attempt: Attempt, principal: Principal): Step {
  const { method, authid, isDecoy } = principal;
  const groups = withTheirGroups(principal.groups, context.security.groups);
  const authrole = chooseAuthrole(attempt.claims.authrole, principal.groups, groups);
  const challenge = challengeByMethod(context, attempt, principal, authrole);
  const admit = (verdict: Judgement): Admission | false =>
    verdict !== false &&
    !isDecoy && {
      kind: 'admitted',
      identity: { authid, authrole, authmethod: method, authprovider: 'static' },
      roles: new Set([authid, ...groups, EVERYBODY]),
      ...verdict,
    };
  return stepOf(context, attempt, method, {
    extra: challenge.extra,
    verify(message, derive) {
      const verdict = challenge.verify(message, derive);
      return verdict instanceof Promise ? verdict.then(admit) : admit(verdict);
    },
  });
}

function challengeByMethod(
  context: LoginContext,
  attempt: Attempt,
  { method, authid, keys, authorizedKeys }: Principal,
  authrole: string,
): Challenge {
  if (method === 'cryptosign') return challengeCryptosign(authorizedKeys);
  if (method === 'wamp-scram') return challengeScram(keys.scram, authid, attempt.claims.nonce ?? '');
  if (method === 'wampcra' && keys.cra !== undefined) {
    return challengeCra(keys.cra, craClaims(context, attempt, authid, authrole));
  }
  return challengeTicket(keys);
}

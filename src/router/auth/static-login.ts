import { type Attempt, factsOf, type LoginContext, stepOf } from './login.js';
import type { Judgement } from './methods/challenge.js';
import { methodNamed } from './methods/login-methods.js';
import type { Principal } from './principals.js';
import { rolesOfUser } from './review.js';
import { chooseAuthrole, withTheirGroups } from './roles.js';
import type { Admission, Step } from './steps.js';

/** Challenges a user of the configuration, or a decoy. */
export function challengePrincipal(context: LoginContext, attempt: Attempt, principal: Principal): Step {
  const { method, authid, keys, meta, isDecoy } = principal;
  const groups = withTheirGroups(principal.groups, context.security.groups);
  const authrole = chooseAuthrole(attempt.claims.authrole, principal.groups, groups);
  const { challenge: challengeUser, challengeDecoy } = methodNamed(method);
  const facts = factsOf(context, attempt, authid, authrole);
  // A user without a credential for this method gets a decoy challenge, and fails.
  const challenge = (isDecoy ? undefined : challengeUser(keys, facts)) ?? challengeDecoy(keys, facts);
  const admit = (verdict: Judgement): Admission | false =>
    verdict !== false &&
    !isDecoy && {
      kind: 'admitted',
      identity: { authid, authrole, authmethod: method, authprovider: 'static' },
      roles: rolesOfUser(authid, groups),
      meta,
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

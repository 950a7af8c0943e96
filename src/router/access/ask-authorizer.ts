import { ERROR_URI } from '../../wamp/uris.js';
import type { MatchPolicy, Session } from '../model.js';
import type { Refusal } from '../refusals.js';
import type { Action, Authorizer, Verdict } from './authorizer.js';

/** Asks whether a session may do something. Sessions of this process may do everything. */
export function ask(
  authorizer: Authorizer,
  session: Session,
  action: Action,
  uri: string,
  match: MatchPolicy,
): Verdict | Promise<Verdict> {
  return session.trusted ? true : authorizer.may(session, action, uri, match);
}

/**
 * Acts on a verdict: continues, or tells the session why not. Callers handle the frequent verdict
 * `true` themselves, which saves the closures.
 *
 * @returns a promise if the verdict is one, or if continuing takes time
 */
export function settle(
  verdict: Verdict | Promise<Verdict>,
  session: Session,
  proceed: () => Promise<void> | undefined,
  refuse: (refusal: Refusal) => void,
): Promise<void> | undefined {
  if (typeof verdict === 'object') {
    return verdict.then((awaited) => (session.gone ? undefined : settle(awaited, session, proceed, refuse)));
  }
  if (verdict === true) return proceed();
  refuse(verdict === false ? FORBIDDEN : CHECK_FAILED);
  return undefined;
}

const FORBIDDEN: Refusal = {
  uri: ERROR_URI.notAuthorized,
  message: 'this session may not do that',
};
const CHECK_FAILED: Refusal = {
  uri: ERROR_URI.authorizationFailed,
  message: 'the check whether this session may do that failed',
};

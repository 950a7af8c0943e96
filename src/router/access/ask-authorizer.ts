import { ERROR_URI } from '../../wamp/uris.js';
import type { MatchPolicy, Session } from '../model.js';
import type { Action, Authorizer, Verdict } from './authorizer.js';

/** Asks whether a session may; parts of this process may everything. */
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
 * Acts on a verdict: goes on, or tells the session why not. For the verdict that is `true` at once,
 * as most are, do without: this costs closures.
 *
 * @returns a promise where the verdict is one, and where going on takes time
 */
export function settle(
  verdict: Verdict | Promise<Verdict>,
  session: Session,
  goOn: () => Promise<void> | undefined,
  refuse: (uri: string, sentence: string) => void,
): Promise<void> | undefined {
  if (typeof verdict === 'object') {
    return verdict.then((answer) => (session.gone ? undefined : settle(answer, session, goOn, refuse)));
  }
  if (verdict === true) return goOn();
  if (verdict === false) refuse(ERROR_URI.notAuthorized, 'this session may not do that');
  else refuse(ERROR_URI.authorizationFailed, 'whether this session may do that could not be found out');
  return undefined;
}

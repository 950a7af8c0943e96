import { ERROR_URI } from '../../wamp/uris.js';
import { estimateSize } from '../estimate-size.js';
import { tooMany } from '../limit.js';
import type { MatchPolicy, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
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

/** A request that waits for the authorizer's verdict. */
export interface AuthorizationRequest {
  readonly context: Pick<RealmContext, 'limits' | 'budgets'>;
  readonly session: Session;
  /** The message of the request. It stays in memory until the verdict. */
  readonly message: unknown;
  readonly proceed: () => Promise<void> | undefined;
  readonly refuse: (refusal: Refusal) => void;
}

/**
 * Acts on a verdict: continues, or tells the session why not. Callers handle the frequent verdict
 * `true` themselves, which saves the closures.
 *
 * @returns a promise if the verdict is a promise, or if continuing takes time
 */
export function settle(
  verdict: Verdict | Promise<Verdict>,
  authorizationRequest: AuthorizationRequest,
): Promise<void> | undefined {
  const { proceed, refuse } = authorizationRequest;
  if (typeof verdict === 'object') return settleLater(verdict, authorizationRequest);
  if (verdict === true) return proceed();
  refuse(verdict === false ? FORBIDDEN : CHECK_FAILED);
  return undefined;
}

/**
 * Waits for a verdict, if the realm has memory for the message. The message takes this memory until
 * the verdict, even if its session leaves earlier. Otherwise many sessions could each send a large
 * message and leave, and all these messages would stay in memory uncounted.
 */
function settleLater(
  verdict: Promise<Verdict>,
  authorizationRequest: AuthorizationRequest,
): Promise<void> | undefined {
  const { session, message, refuse } = authorizationRequest;
  const { limits, budgets } = authorizationRequest.context;
  const size = estimateSize(message, limits.maxWaitingBytesPerRealm);
  const full = budgets.waiting.take(size);
  if (full !== undefined) {
    refuse(tooMany('too many messages wait to be authorized', full));
    return undefined;
  }
  return verdict.then((awaited) => {
    budgets.waiting.give(size);
    return session.gone ? undefined : settle(awaited, authorizationRequest);
  });
}

const FORBIDDEN: Refusal = {
  uri: ERROR_URI.notAuthorized,
  message: 'this session may not do that',
};
const CHECK_FAILED: Refusal = {
  uri: ERROR_URI.authorizationFailed,
  message: 'the check whether this session may do that failed',
};

import type { MatchPolicy, Session } from '../model.js';

/**
 * What a session asks to do with a URI. The words are those of the `wamp.` permissions in Bondy's
 * grants.
 */
export type Action = 'call' | 'cancel' | 'register' | 'unregister' | 'subscribe' | 'unsubscribe' | 'publish';

/** Allowed, denied, or the check failed. */
export type Verdict = true | false | 'failed';

/**
 * Decides what sessions may do in one realm. Sessions of this process do not need its decision.
 *
 * If a decision takes time, `may` returns a promise. The promise must not reject. The session's
 * next messages wait for it.
 */
export interface Authorizer {
  /** @param match whether `uri` is a URI, or a pattern to register or subscribe to */
  may(session: Session, action: Action, uri: string, match: MatchPolicy): Verdict | Promise<Verdict>;
}

/** For a realm that declares no grants. */
export const ALLOW_ALL: Authorizer = { may: () => true };

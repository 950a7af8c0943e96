import type { MatchPolicy, Session } from '../model.js';

/**
 * What a session asks to do with a URI. The words are those of the `wamp.` permissions in Bondy's
 * grants.
 */
export type Action = 'call' | 'cancel' | 'register' | 'unregister' | 'subscribe' | 'unsubscribe' | 'publish';

/** Allowed, denied, or the check failed. */
export type Verdict = true | false | 'failed';

/**
 * Decides what sessions may do in one realm. It is not asked about sessions of this process.
 *
 * A decision that takes time comes as a promise, which must not reject. What the session sends in
 * the meantime waits.
 */
export interface Authorizer {
  /** @param match how `uri` is meant: as a URI, or as a pattern to register or subscribe to */
  may(session: Session, action: Action, uri: string, match: MatchPolicy): Verdict | Promise<Verdict>;
}

/** For a realm that declares no grants. */
export const ALLOW_ALL: Authorizer = { may: () => true };

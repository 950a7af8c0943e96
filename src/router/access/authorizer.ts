import type { MatchPolicy, Session } from '../model.js';

/**
 * What a session asks to do with a URI; the words are those of the `wamp.` permissions in Bondy's
 * grants.
 */
export type Action = 'call' | 'cancel' | 'register' | 'unregister' | 'subscribe' | 'unsubscribe' | 'publish';

/** Yes, no, or that it could not be found out. */
export type Verdict = true | false | 'failed';

/**
 * Decides what sessions may do in one realm. Parts of this process are not asked for.
 *
 * An answer that takes time comes as a promise, which must not reject; what the session sends
 * meanwhile waits behind it.
 */
export interface Authorizer {
  /**
   * @param match how `uri` is meant: as a URI, or as a pattern that is to be registered or
   * subscribed
   */
  may(session: Session, action: Action, uri: string, match: MatchPolicy): Verdict | Promise<Verdict>;
}

/** For a realm that declares no grants. */
export const ALLOW_ALL: Authorizer = { may: () => true };

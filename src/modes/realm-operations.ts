import type { Session } from '../router/model.js';
import type { Realm } from '../router/realm.js';
import type { ActionOutcome } from '../status/actions.js';
import type { PatternStatus, RealmDetail, SessionStatus } from '../status/realm-detail.js';
import { CLOSE_URI } from '../wamp/uris.js';

/** Entries of one list. A realm may have ten thousand sessions, and an operator asks often. */
const MAX_LISTED = 200;

/** Describes a realm of the embedded router for operators. */
export function describeRealm({ name, sessions, clientCount, dealer, broker }: Realm): RealmDetail {
  return {
    name,
    totals: {
      sessions: clientCount,
      registrations: dealer.registrations.size,
      subscriptions: broker.size,
    },
    sessions: firstOf(clientsOf(sessions.values()), describeSession),
    registrations: firstOf(dealer.registrations.all(), ({ uri, match, endpoints }) => ({
      uri,
      match,
      count: endpoints.length,
    })) satisfies readonly PatternStatus[],
    subscriptions: firstOf(broker.subscriptions.all(), ({ uri, match, subscribers }) => ({
      uri,
      match,
      count: subscribers.size,
    })) satisfies readonly PatternStatus[],
  };
}

/**
 * Ends the session of a client, as `wamp.session.kill` does.
 *
 * @param realm undefined if there is no such realm
 */
export function killSession(realm: Realm | undefined, id: number): ActionOutcome {
  if (realm === undefined) return { kind: 'unknown', reason: 'there is no realm with this name' };
  const session = realm.sessions.get(id);
  if (session === undefined)
    return { kind: 'unknown', reason: 'there is no session with this ID in the realm; it may have ended' };
  if (session.trusted) {
    const reason = 'this is a session of the gateway itself; to end it, stop the gateway';
    return { kind: 'impossible', reason };
  }
  session.kill(CLOSE_URI.killed, 'an operator has ended the session');
  return { kind: 'done', detail: 'the session has ended' };
}

/** There are only a few sessions of this process. */
function* clientsOf(sessions: Iterable<Session>): Iterable<Session> {
  for (const session of sessions) if (!session.trusted) yield session;
}

function describeSession(session: Session): SessionStatus {
  const { id, authid, authrole, authmethod, joined } = session;
  const { type, serializer, peer } = session.transport;
  return {
    id,
    authid,
    authrole,
    authmethod,
    transport: typeof serializer === 'string' ? `${type} ${serializer}` : String(type),
    address: typeof peer === 'string' ? peer : null,
    since: new Date(joined).toISOString(),
  };
}

/** The first entries, without a look at the others. */
function firstOf<T, U>(all: Iterable<T>, describe: (one: T) => U): readonly U[] {
  const listed: U[] = [];
  for (const one of all) {
    if (listed.push(describe(one)) === MAX_LISTED) break;
  }
  return listed;
}

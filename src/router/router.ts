import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { createRandomIds } from '../wamp/ids.js';
import type { Hello } from '../wamp/messages.js';
import type { Attach, Attachment, ConnectionInfo, Peer } from '../wamp/peer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { admit, type Identity, type Refusal, ROUTER_ROLES } from './admission.js';
import { createConnection, type Joined } from './connection.js';
import { announcedFeatures } from './features.js';
import type { RouterLimits, Session } from './model.js';
import { createRealm, type Realm, type RealmRules } from './realm.js';

export type { RouterLimits } from './model.js';

export interface RouterOptions {
  /** Names of the realms that may be joined. */
  readonly realms: readonly string[];
  readonly limits: RouterLimits;
  /** What holds in a realm, by its name, where that differs from the defaults. */
  readonly rules?: (realm: string) => Partial<RealmRules>;
  /** Whether sessions may join without authentication. */
  readonly allowAnonymous: boolean;
  /** Name and version for WELCOME, such as `wamp-rpc-gateway/1.0.0`. */
  readonly agent: string;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Source of IDs of the global scope. Default: drawn from a secure generator. */
  readonly randomId?: () => number;
}

/** What is held at this moment. */
export interface RouterCounts {
  readonly connections: number;
  readonly sessions: number;
  readonly registrations: number;
  readonly subscriptions: number;
  readonly pendingCalls: number;
}

export interface Router {
  /** Takes over the router's end of a pipe, from a listener or from {@link localPeers}. */
  readonly attach: Attach;
  readonly realms: readonly string[];
  counts(): RouterCounts;
  /**
   * Says GOODBYE to every session and resolves when all connections are closed, half a second later at most. Calls
   * that are still open are lost: whoever wants them answered waits before.
   *
   * @param reason default `wamp.close.system_shutdown`
   */
  close(reason?: string): Promise<void>;
}

export function createRouter(options: RouterOptions): Router {
  const { limits, allowAnonymous, agent } = options;
  const log = options.log ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const randomId = options.randomId ?? createRandomIds();
  const realms = new Map(
    options.realms.map((name) => [
      name,
      createRealm({ name, limits, clock, randomId, rules: options.rules?.(name) ?? {} }),
    ]),
  );
  const connections = new Map<object, Attachment | undefined>();
  let joinedClients = 0;
  let whenEmpty = (): void => {};
  let closing = false;

  function join(hello: Hello, peer: Peer, info: ConnectionInfo): Joined | Refusal {
    const realm = realms.get(hello.realm);
    if (realm === undefined) return { uri: ERROR_URI.noSuchRealm, sentence: 'this router has no such realm' };
    const generatedAuthid = randomId().toString(36);
    const admission = admit(hello, { trusted: info.trusted, allowAnonymous, generatedAuthid });
    if ('refusal' in admission) return admission.refusal;
    if (!info.trusted && joinedClients >= limits.maxSessions) {
      return { uri: ERROR_URI.tooManyRequests, sentence: 'the router holds as many sessions as it may' };
    }
    const { identity } = admission;
    const session = createSession(freshId(realm), realm.name, identity, peer, info, hello);
    realm.sessions.set(session.id, session);
    if (!info.trusted) joinedClients++;
    return {
      session,
      realm,
      leave() {
        if (!info.trusted) joinedClients--;
        realm.forget(session);
      },
      welcome: { realm: realm.name, ...identity, authextra: {}, agent, roles: ROUTER_ROLES },
    };
  }

  function freshId(realm: Realm): number {
    let id = randomId();
    while (realm.sessions.has(id)) id = randomId();
    return id;
  }

  return {
    realms: options.realms,
    attach(peer, info) {
      const entry = {};
      connections.set(entry, undefined);
      const connection = createConnection(peer, info, {
        clock,
        log,
        join,
        onClosed() {
          connections.delete(entry);
          if (connections.size === 0) whenEmpty();
        },
      });
      // A peer that was closed before it got here is forgotten already.
      if (connections.has(entry)) connections.set(entry, connection);
      if (closing) connection.dismiss(CLOSE_URI.systemShutdown);
      return connection;
    },
    counts() {
      const all = [...realms.values()];
      const sum = (count: (realm: Realm) => number): number =>
        all.reduce((total, realm) => total + count(realm), 0);
      return {
        connections: connections.size,
        sessions: sum((realm) => realm.sessions.size),
        registrations: sum((realm) => realm.dealer.registrations.size),
        subscriptions: sum((realm) => realm.broker.size),
        pendingCalls: sum((realm) =>
          [...realm.sessions.values()].reduce((total, session) => total + session.calls.size, 0),
        ),
      };
    },
    async close(reason = CLOSE_URI.systemShutdown) {
      closing = true;
      await new Promise<void>((resolve) => {
        whenEmpty = resolve;
        for (const connection of [...connections.values()]) connection?.dismiss(reason);
        if (connections.size === 0) resolve();
      });
      for (const realm of realms.values()) realm.dealer.close();
    },
  };
}

function createSession(
  id: number,
  realm: string,
  identity: Identity,
  peer: Peer,
  info: ConnectionInfo,
  hello: Hello,
): Session {
  const { authid, authrole, authmethod, authprovider } = identity;
  return {
    id,
    realm,
    authid,
    authrole,
    authmethod,
    authprovider,
    transport: { type: info.transport },
    roles: new Set([authrole]),
    peer,
    trusted: info.trusted,
    features: announcedFeatures(hello.details),
    callerDetails: Object.freeze({ caller: id, caller_authid: authid, caller_authrole: authrole }),
    calls: new Map(),
    invocations: new Map(),
    lastInvocation: 0,
    registrations: new Map(),
    subscriptions: new Map(),
    kill: () => {},
  };
}

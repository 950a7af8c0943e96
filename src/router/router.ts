import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import { createTurns, type Turns } from '../turns.js';
import { createRandomIds } from '../wamp/ids.js';
import type { Hello } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import {
  type Attach,
  type Attachment,
  CALLER_FORMAT,
  CALLER_LIBRARY,
  type ConnectionInfo,
  type Peer,
} from '../wamp/peer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { admitTrusted, ROUTER_ROLES } from './access/admission.js';
import { createRealmAccess, type RouterSecurity } from './access/realm-access.js';
import { type Admission, type Refused, refused } from './auth/steps.js';
import { createConnection, type Entered, type Entry } from './connection.js';
import { announcedFeatures } from './features.js';
import { createInternalCaller } from './internal-caller.js';
import type { RouterLimits, Session, SessionFeatures } from './model.js';
import { createRealm, type Realm, type RealmRules } from './realm.js';

export type { RouterSecurity } from './access/realm-access.js';
export type { RouterLimits } from './model.js';

export interface RouterOptions {
  /** Names of the realms that sessions can join. */
  readonly realms: readonly string[];
  readonly limits: RouterLimits;
  /** Returns the rules of a realm, by its name. A missing rule has its default. */
  readonly rules?: (realm: string) => Partial<RealmRules>;
  /** Whether sessions may join without authentication, in realms that allow it. */
  readonly allowAnonymous: boolean | 'local';
  /** Users and grants. Default: none, so that every session may do everything. */
  readonly security?: RouterSecurity;
  /** Name and version that WELCOME announces, such as `wamp-rpc-gateway/1.0.0`. */
  readonly agent: string;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Default: the silent one. */
  readonly observer?: Observer;
  /** Shared with all parts of the process that load the event loop. Default: a new one. */
  readonly turns?: Turns;
  /** Source of global-scope IDs (WAMP, "IDs"). Default: a secure generator. */
  readonly randomId?: () => number;
}

/** Current counts of one realm. */
export interface RealmCounts {
  readonly name: string;
  /** Sessions of clients, without those of this process. */
  readonly sessions: number;
  readonly registrations: number;
  readonly subscriptions: number;
}

/** Current counts of the router. */
export interface RouterCounts {
  readonly connections: number;
  readonly sessions: number;
  readonly registrations: number;
  readonly subscriptions: number;
  readonly pendingCalls: number;
}

export interface Router {
  /** Takes over a peer, from a listener or from {@link localPeers}. */
  readonly attach: Attach;
  readonly realms: readonly string[];
  counts(): RouterCounts;
  realmCounts(): readonly RealmCounts[];
  /**
   * Refuses new calls of procedures that clients registered, with `wamp.error.unavailable`. Callees
   * inside this process still get calls and refuse them themselves. Resolves when all calls that
   * clients wait for have ended.
   */
  drain(): Promise<void>;
  /**
   * Sends GOODBYE to every session. Resolves when all connections are closed, after half a second
   * at the latest. Open calls are lost. To let them finish, wait for {@link drain} first.
   *
   * @param reason default `wamp.close.system_shutdown`
   */
  close(reason?: string): Promise<void>;
}

export function createRouter(options: RouterOptions): Router {
  const { limits, allowAnonymous, agent } = options;
  const log = options.log ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const turns = options.turns ?? createTurns(clock);
  const observer = options.observer ?? silentObserver;
  const randomId = options.randomId ?? createRandomIds();
  const summedLog = createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
  const newAuthid = () => randomId().toString(36);
  const call = createInternalCaller((peer, info) => attach(peer, info), { agent, log, clock });
  const accessTo = createRealmAccess({
    security: options.security,
    allowAnonymous,
    clock,
    log: summedLog,
    observer,
    newAuthid,
    call,
  });
  const realms = new Map(
    options.realms.map((name) => {
      const { authentication, ...access } = accessTo(name);
      const rules = { ...access, ...options.rules?.(name) };
      return [
        name,
        {
          authentication,
          realm: createRealm({ name, limits, clock, observer, log: summedLog, turns, randomId, rules }),
        },
      ] as const;
    }),
  );
  const connections = new Map<object, Attachment | undefined>();
  let joinedClients = 0;
  let whenEmpty = (): void => {};
  let closing = false;

  function enter(hello: Hello, peer: Peer, info: ConnectionInfo, signal: AbortSignal): Entry | Refused {
    const found = realms.get(hello.realm);
    if (found === undefined) return refused(ERROR_URI.noSuchRealm, 'this router has no such realm');
    const { realm, authentication } = found;
    const session = freshId(realm);
    // Keeps only the features, so that the HELLO does not stay in memory for the whole login.
    const features = announcedFeatures(hello.details);
    return {
      kind: 'entry',
      step: info.trusted
        ? admitTrusted(hello, newAuthid())
        : authentication.begin(hello, { info, session, signal }),
      join(admission) {
        if (!info.trusted && joinedClients >= limits.maxSessions) {
          return refused(ERROR_URI.tooManyRequests, 'the router has reached its limit of sessions');
        }
        return join(realm, createSession(session, realm.name, admission, peer, info, features), admission);
      },
    };
  }

  function join(realm: Realm, session: Session, { identity, authextra = {} }: Admission): Entered {
    const { trusted } = session;
    realm.enter(session);
    if (!trusted) {
      joinedClients++;
      observer.sessionJoined(realm.name);
    }
    return {
      kind: 'entered',
      joined: {
        session,
        realm,
        leave() {
          if (!trusted) {
            joinedClients--;
            observer.sessionLeft(realm.name);
          }
          realm.forget(session);
        },
      },
      welcome: { realm: realm.name, ...identity, authextra, agent, roles: ROUTER_ROLES },
    };
  }

  function freshId(realm: Realm): number {
    let id = randomId();
    while (realm.sessions.has(id)) id = randomId();
    return id;
  }

  function attach(peer: Peer, info: ConnectionInfo): Attachment {
    const entry = {};
    connections.set(entry, undefined);
    const connection = createConnection(peer, info, {
      clock,
      log,
      summedLog,
      limits,
      enter,
      onClosed() {
        connections.delete(entry);
        if (connections.size === 0) whenEmpty();
      },
    });
    // If the peer was closed during its creation, `onClosed` has already removed it.
    if (connections.has(entry)) connections.set(entry, connection);
    if (closing) connection.dismiss(CLOSE_URI.systemShutdown);
    return connection;
  }

  return {
    realms: options.realms,
    attach,
    counts() {
      const all = [...realms.values()].map(({ realm }) => realm);
      const sum = (count: (realm: Realm) => number): number =>
        all.reduce((total, realm) => total + count(realm), 0);
      return {
        connections: connections.size,
        sessions: sum((realm) => realm.sessions.size),
        registrations: sum((realm) => realm.dealer.registrations.size),
        subscriptions: sum((realm) => realm.broker.size),
        pendingCalls: sum((realm) =>
          [...realm.sessions.values()].reduce((total, session) => total + (session.calls?.size ?? 0), 0),
        ),
      };
    },
    realmCounts: () =>
      [...realms.values()].map(({ realm: { name, sessions, dealer, broker } }) => ({
        name,
        sessions: [...sessions.values()].filter(({ trusted }) => !trusted).length,
        registrations: dealer.registrations.size,
        subscriptions: broker.size,
      })),
    async drain() {
      await Promise.all([...realms.values()].map(({ realm }) => realm.drain()));
    },
    async close(reason = CLOSE_URI.systemShutdown) {
      closing = true;
      for (const { realm } of realms.values()) realm.mute();
      await new Promise<void>((resolve) => {
        whenEmpty = resolve;
        for (const connection of [...connections.values()]) connection?.dismiss(reason);
        if (connections.size === 0) resolve();
      });
      summedLog.flush();
    },
  };
}

function createSession(
  id: number,
  realm: string,
  { identity, roles, authextra }: Admission,
  peer: Peer,
  info: ConnectionInfo,
  features: SessionFeatures,
): Session {
  const { authid, authrole, authmethod, authprovider } = identity;
  const callerDetails = Object.freeze({ caller: id, caller_authid: authid, caller_authrole: authrole });
  const { library, serializer = 'json' } = info;
  return {
    id,
    realm,
    authid,
    authrole,
    authmethod,
    authprovider,
    ...(authextra && { authextra }),
    transport: transportOf(info),
    roles,
    peer,
    trusted: info.trusted,
    features,
    callerDetails,
    callerDetailsInside:
      library || serializer !== 'json'
        ? Object.freeze({
            ...callerDetails,
            ...(library && { [CALLER_LIBRARY]: library }),
            ...(serializer !== 'json' && { [CALLER_FORMAT]: serializer }),
          })
        : callerDetails,
    calls: undefined,
    keptBytes: 0,
    invocations: undefined,
    lastInvocation: 0,
    registrations: undefined,
    subscriptions: undefined,
    paused: undefined,
    kill: () => {},
    gone: false,
    quiet: false,
    unheardOf: false,
  };
}

/** The facts about the connection that session meta data contain. */
function transportOf({ transport: type, serializer, remoteAddress: peer }: ConnectionInfo): Dict {
  return { type, ...(serializer !== undefined && { serializer }), ...(peer !== undefined && { peer }) };
}

import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import { createTurns, inTurns, type Turns } from '../turns.js';
import { createRandomIds } from '../wamp/ids.js';
import type { Hello } from '../wamp/messages.js';
import type { Attach, Attachment, ConnectionInfo, Peer } from '../wamp/peer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { admitTrusted, ROUTER_ROLES } from './access/admission.js';
import { type AccessSettings, createAccessRules, type RealmAccess } from './access/realm-access.js';
import { type Admission, type Refused, refused } from './auth/steps.js';
import { createConnection, type Entered, type Entry } from './connection.js';
import { changeMeta, changeRoles, createSession } from './create-session.js';
import { announcedFeatures } from './features.js';
import { createInternalCaller } from './internal-caller.js';
import type { RouterLimits, Session } from './model.js';
import { createRealm, type Realm, type RealmRules } from './realm.js';

export type { RouterSecurity } from './access/realm-access.js';
export type { RouterLimits } from './model.js';

/** The settings that may change while the router runs. */
export interface RouterSettings extends AccessSettings {
  /** Names of the realms that sessions can join. */
  readonly realms: readonly string[];
  readonly limits: RouterLimits;
  /** Returns the rules of a realm, by its name. A missing rule has its default. */
  readonly rules?: (realm: string) => Partial<RealmRules>;
}

export interface RouterOptions extends RouterSettings {
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
  /** The realms that clients can join. */
  readonly realms: readonly string[];
  counts(): RouterCounts;
  realmCounts(): readonly RealmCounts[];
  /** A realm, to look at what is in it. */
  realm(name: string): Realm | undefined;
  /**
   * Creates new realms. Until {@link update} opens them, only sessions of this process can join
   * them. So their procedures can be registered first.
   */
  prepareRealms(names: readonly string[]): void;
  /**
   * Changes the settings at once. Limits count for new work. Changed users and grants count for new
   * logins, and for the next request of every session. A session gets GOODBYE
   * `wamp.close.system_shutdown` if its realm is not in the settings, and `wamp.close.killed` if its
   * user is gone. A realm whose `RealmSecurity` is the same
   * object keeps its users and grants.
   */
  update(settings: RouterSettings): void;
  /** Removes realms that were prepared and are not used. */
  discardRealms(): void;
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

/** A realm with its present rules. Without rules it is prepared, and closed for clients. */
interface OpenRealm {
  readonly realm: Realm;
  access: RealmAccess | undefined;
}

const NO_SUCH_REALM = refused(ERROR_URI.noSuchRealm, 'this router has no such realm');

const NO_ROLES: ReadonlySet<string> = new Set();

/** The client's address. Undefined for a client of a Unix socket. */
function addressOf({ transport }: Session): string | undefined {
  const { peer } = transport;
  return typeof peer === 'string' ? peer : undefined;
}

export function createRouter(options: RouterOptions): Router {
  const { agent } = options;
  const limits: RouterLimits = { ...options.limits };
  const log = options.log ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const turns = options.turns ?? createTurns(clock);
  const observer = options.observer ?? silentObserver;
  const randomId = options.randomId ?? createRandomIds();
  const summedLog = createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
  const newAuthid = () => randomId().toString(36);
  const call = createInternalCaller((peer, info) => attach(peer, info), { agent, log, clock });
  const accessRules = createAccessRules(options, { clock, log: summedLog, observer, newAuthid, call });
  const realms = new Map<string, OpenRealm>();
  const connections = new Map<object, Attachment | undefined>();
  let joinedClients = 0;
  let whenEmpty = (): void => {};
  let closing = false;
  prepareRealms(options.realms);
  openRealms(options);

  function prepareRealms(names: readonly string[]): void {
    for (const name of names) {
      if (realms.has(name)) continue;
      const realm = createRealm({ name, limits, clock, observer, log: summedLog, turns, randomId });
      realms.set(name, { realm, access: undefined });
    }
  }

  /** Gives the realms of the settings their rules, and removes the other realms. */
  function openRealms(settings: RouterSettings): void {
    const remaining = new Set(settings.realms);
    for (const [name, found] of [...realms]) {
      if (!remaining.has(name)) remove(name, found);
      else openRealm(name, found, settings.rules?.(name));
    }
  }

  function openRealm(name: string, found: OpenRealm, rules: Partial<RealmRules> | undefined): void {
    const access = accessRules.of(name);
    const { authorizer, routerOnly } = access;
    found.realm.setRules({ authorizer, routerOnly, ...rules });
    if (found.access !== undefined && found.access !== access) reviewSessions(found.realm, access);
    found.access = access;
  }

  function remove(name: string, { realm }: OpenRealm): void {
    realms.delete(name);
    accessRules.forget(name);
    realm.mute();
    dismissAll([...realm.sessions.values()], CLOSE_URI.systemShutdown, 'the realm was removed');
  }

  /** Applies changed users and groups to the sessions of a realm. */
  function reviewSessions(realm: Realm, access: RealmAccess): void {
    const gone: Session[] = [];
    for (const session of realm.sessions.values()) {
      if (session.trusted) continue;
      const review = access.review({ identity: session, address: addressOf(session) });
      if (review.kind === 'stays') {
        changeRoles(session, review.authrole, review.roles);
        if ('meta' in review) changeMeta(session, review.meta);
        continue;
      }
      // Its requests are refused from now on, because GOODBYE may wait for its turn.
      changeRoles(session, session.authrole, NO_ROLES);
      gone.push(session);
    }
    dismissAll(gone, CLOSE_URI.killed, 'the user may no longer join this realm');
  }

  /** Continues in later turns of the event loop if there are many sessions. */
  function dismissAll(sessions: readonly Session[], reason: string, message: string): void {
    function* steps(): Generator<void> {
      for (const session of sessions) {
        if (!session.gone) session.kill(reason, message);
        yield;
      }
    }
    void inTurns(turns, steps());
  }

  function enter(hello: Hello, peer: Peer, info: ConnectionInfo, signal: AbortSignal): Entry | Refused {
    const found = realms.get(hello.realm);
    const access = found?.access;
    if (found === undefined || (access === undefined && !info.trusted)) return NO_SUCH_REALM;
    const { realm } = found;
    const id = freshId(realm);
    // Keeps only the features, so that the HELLO does not stay in memory for the whole login.
    const features = announcedFeatures(hello.details);
    return {
      kind: 'entry',
      step:
        info.trusted || access === undefined
          ? admitTrusted(hello, newAuthid())
          : access.authentication.begin(hello, { info, session: id, signal }),
      join(admission) {
        if (!info.trusted && joinedClients >= limits.maxSessions) {
          return refused(ERROR_URI.tooManyRequests, 'the router has reached its limit of sessions');
        }
        const admitted = info.trusted ? admission : admitNow(found, access, admission, info);
        if (admitted.kind === 'refused') return admitted;
        const now = clock.wall();
        const session = createSession({
          id,
          realm: realm.name,
          admission: admitted,
          peer,
          info,
          features,
          now,
        });
        return join(realm, session, admitted);
      },
    };
  }

  /** Checks a login again if the rules have changed since its HELLO. */
  function admitNow(
    { realm, access: now }: OpenRealm,
    before: RealmAccess | undefined,
    admission: Admission,
    { remoteAddress }: ConnectionInfo,
  ): Admission | Refused {
    if (now === undefined || realms.get(realm.name)?.realm !== realm) return NO_SUCH_REALM;
    if (now === before) return admission;
    const { identity } = admission;
    const review = now.review({ identity, address: remoteAddress });
    if (review.kind === 'gone') return refused(ERROR_URI.authenticationDenied, 'the login failed');
    const { kind: _kind, authrole, ...rest } = review;
    return { ...admission, identity: { ...identity, authrole }, ...rest };
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
    get realms() {
      return [...realms].filter(([, { access }]) => access !== undefined).map(([name]) => name);
    },
    attach,
    prepareRealms,
    update(settings) {
      Object.assign(limits, settings.limits);
      accessRules.update(settings);
      prepareRealms(settings.realms);
      openRealms(settings);
    },
    discardRealms() {
      for (const [name, found] of [...realms]) if (found.access === undefined) remove(name, found);
    },
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
      [...realms.values()].map(({ realm: { name, clientCount, dealer, broker } }) => ({
        name,
        sessions: clientCount,
        registrations: dealer.registrations.size,
        subscriptions: broker.size,
      })),
    realm: (name) => realms.get(name)?.realm,
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

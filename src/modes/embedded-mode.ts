import { withTimeout } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { createCallee } from '../gateway/callee.js';
import { createRouter } from '../router/router.js';
import { joinRealm, type Session } from '../wamp/client/session.js';
import { IN_PROCESS, localPeers } from '../wamp/peer.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import { type ClientListeners, createClientListeners, enabledListeners } from './client-listeners.js';
import type { Mode, ModeDeps, NextConfig, PreparedReload } from './mode.js';
import type { OperatorRealm } from './operator-realm.js';
import { createOwnProcedures, type PreparedProcedures } from './own-procedures.js';
import { describeRealm, killSession } from './realm-operations.js';
import { routerSettings } from './router-settings.js';

/** The gateway with its own router: it registers its procedures there, and opens the listeners. */
export function createEmbeddedMode(config: LoadedConfig, deps: ModeDeps): Mode {
  const { agent, turns, log, clock, observer, operators } = deps;
  let settings = routerSettings(config);
  const router = createRouter({ ...settings, agent, turns, log, clock, observer });
  const callee = createCallee({ serializers: replySerializers(config), clock, turns });
  const procedures = createOwnProcedures({ callee, join });
  let isReady = false;
  let operatorSession: Session | undefined;
  const listeners: ClientListeners = createClientListeners(config, {
    attach: router.attach,
    answerRequest: deps.answerRequest,
    isReady: () => isReady,
    turns,
    log,
    clock,
    observer,
  });

  async function join(realm: string): Promise<Session> {
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    return await joinRealm(ours, { realm, agent, log, clock });
  }

  async function joinOperators({ realm, procedures: all }: OperatorRealm): Promise<void> {
    const session = await join(realm);
    operatorSession = session;
    await Promise.all(all.map(({ uri, handler }) => session.register(uri, {}, handler)));
  }

  const sessions = (): readonly Session[] => [
    ...procedures.sessions,
    ...(operatorSession === undefined ? [] : [operatorSession]),
  ];

  async function prepare({ config: next, plan, procedures: all, doors }: NextConfig) {
    // The realm of operators changes only with a restart.
    const realms = [...new Set([...next.realms, ...(operators === undefined ? [] : [operators.realm])])];
    const nextSettings = { ...routerSettings(next, settings), realms };
    // Clients cannot join new realms yet.
    router.prepareRealms(realms);
    let prepared: PreparedProcedures | undefined;
    const abandon = async () => {
      await prepared?.abandon();
      router.discardRealms();
    };
    try {
      const outcome = await procedures.prepare(all);
      if (outcome.kind === 'cannot') {
        router.discardRealms();
        return outcome;
      }
      prepared = outcome;
      const preparedListeners = await listeners.prepare(next, plan, doors);
      return {
        kind: 'prepared',
        commit() {
          callee.useSerializers(replySerializers(next));
          const unregistered = outcome.commit();
          settings = nextSettings;
          router.update(settings);
          preparedListeners.commit();
          return { settled: unregistered, ended: unregistered };
        },
        abandon,
      } satisfies PreparedReload;
    } catch (error) {
      await abandon();
      throw error;
    }
  }

  return {
    async open(all, secretsRead) {
      const enabled = enabledListeners(config);
      // Those that operators use too open first. They refuse WAMP clients until the gateway is
      // ready.
      await listeners.open(enabled.filter((one) => one.config.isAdmin));
      await procedures.register(all);
      if (operators !== undefined) await joinOperators(operators);
      await secretsRead;
      // Opens the listeners last, so that no client calls a procedure before it is registered.
      await listeners.open(enabled.filter((one) => !one.config.isAdmin));
      isReady = true;
    },
    cancelOpen() {},
    endingDoors: listeners.endingDoors,
    prepare,
    async drain(graceMs) {
      callee.refuseNewCalls();
      // Also waits for calls between clients. Their callees do not know that the gateway is
      // stopping, so these calls have a limit of their own.
      const routed = withTimeout(clock, graceMs, router.drain(), () => {});
      const idle = Promise.all(sessions().map((session) => session.idle()));
      const stopTimer = clock.after(graceMs, () => callee.cancelAll(sessions()));
      await Promise.all([idle, routed]);
      stopTimer();
    },
    realmDetail(name) {
      const realm = router.realm(name);
      return realm && describeRealm(realm);
    },
    killSession: (name, id) => killSession(router.realm(name), id),
    publishToOperators(topic, payload) {
      // It fails only if the router is closed already.
      operatorSession?.publish(topic, payload).catch(() => {});
    },
    async close() {
      await listeners.close();
      await router.close();
    },
    get endpoints() {
      return listeners.all.flatMap((listener) => listener.urls);
    },
    get realms() {
      return router.realmCounts();
    },
    get listeners() {
      return listeners.all.map((listener) => ({
        name: listener.name,
        protocol: listener.protocol,
        urls: listener.urls,
        connections: listener.counts().connections,
      }));
    },
    links: [],
    routers: [],
    get callCount() {
      return callee.callCount;
    },
  };
}

/** The serializers of callers, for the replies of the gateway. */
function replySerializers({ wamp }: LoadedConfig): ReturnType<typeof createSerializers> {
  return createSerializers({ maxValues: wamp.max_values });
}

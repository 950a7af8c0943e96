import { credentialsFor, hideSecret, type LinkLogin } from '../attach/credentials.js';
import { createLink } from '../attach/link.js';
import type { Dial, Link, LinkOptions } from '../attach/link-types.js';
import { createLinks, type Links } from '../attach/links.js';
import type { AttachedProcedure } from '../attach/registrations.js';
import { whenAborted, withTimeout } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { GatewayError } from '../errors.js';
import { type Callee, createCallee } from '../gateway/callee.js';
import type { CallableProcedure } from '../gateway/service.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import { createSerializers } from '../wamp/serializers/serializers.js';
import { createDial } from './create-dial.js';
import type { CannotReload, Mode, ModeDeps, NextConfig, PreparedReload } from './mode.js';
import type { OperatorRealm } from './operator-realm.js';
import { type ReplyRulesDeps, replyRules } from './reply-rules.js';
import { type RouterAccess, readRouterAccess } from './router-access.js';

export interface AttachedModeDeps extends ModeDeps, Pick<ReplyRulesDeps, 'errorId'> {
  readonly random: () => number;
}

/** Several gateways on one router share the procedures for operators. */
function operatorProcedure({ uri, handler }: OperatorRealm['procedures'][number]): AttachedProcedure {
  return { uri, handler, policy: 'roundrobin', concurrency: undefined, usesCaller: false };
}

/** The realms are those of the router. */
const NO_REALM = {
  kind: 'unknown',
  reason: 'the gateway is attached to an existing router, so it has no realms of its own',
} as const;

/** The part of the grace period in which cancelled calls reply, and the gateway says GOODBYE. */
const GOODBYE_SHARE = 0.1;

/** What the links to a router are made with. A changed `router.*` makes another one. */
interface Generation {
  readonly config: LoadedConfig;
  readonly access: RouterAccess;
  readonly callee: Callee;
  readonly dial: Dial;
}

/** The gateway on an existing router: it joins each realm as a callee, like any other client. */
export function createAttachedMode(config: LoadedConfig, access: RouterAccess, deps: AttachedModeDeps): Mode {
  const { clock, log, operators } = deps;
  // Callers and APIs decide how many of these lines there are.
  const summedLog = createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
  /** The callees of the links that are open. Each has its own running calls. */
  const callees = new Set<Callee>();
  /** Calls of earlier callees. */
  let callsBefore = 0;
  let generation = createGeneration(config, access);
  let links: Links | undefined;
  let onChange = (): void => {};
  let cancelOpen = (): void => {};
  const canceled = new Promise<never>((_, reject) => {
    cancelOpen = () => reject(new GatewayError('stopped', 'the gateway was stopped before it was ready'));
  });
  // After the gateway is ready, nothing waits for this promise. Without a handler, a rejection
  // would then end the process.
  canceled.catch(() => {});

  function createGeneration(of: LoadedConfig, accessOf: RouterAccess): Generation {
    const serializers = createSerializers({ maxValues: of.wamp.max_values });
    const callee = createCallee({ serializers, format: of.router.serializer, clock, turns: deps.turns });
    callees.add(callee);
    return { config: of, access: accessOf, callee, dial: createDial(of, accessOf, deps) };
  }

  function drop(callee: Callee): void {
    callsBefore += callee.callCount;
    callees.delete(callee);
  }

  /** The procedures of one realm, with those for operators. */
  function proceduresOf(
    realm: string,
    procedures: readonly CallableProcedure[],
    { callee }: Generation,
  ): readonly AttachedProcedure[] {
    const own = procedures.filter((procedure) => procedure.config.settings.realm === realm);
    return [
      ...own.map((procedure) => attachedProcedure(procedure, callee)),
      ...(realm === operators?.realm ? operators.procedures.map(operatorProcedure) : []),
    ];
  }

  /** The realm of operators changes only with a restart. */
  function realmsOf({ realms }: LoadedConfig): readonly string[] {
    return [...new Set([...realms, ...(operators === undefined ? [] : [operators.realm])])];
  }

  function makeLink(
    realm: string,
    procedures: readonly CallableProcedure[],
    of: Generation,
    watcher: Pick<LinkOptions, 'onAttached' | 'onFailed'> = {},
  ): Link {
    const { router } = of.config;
    const login: LinkLogin = of.access.logins.get(realm) ?? { authmethod: 'anonymous' };
    return createLink({
      ...deps,
      ...watcher,
      realm,
      urls: of.access.urls,
      procedures: proceduresOf(realm, procedures, of),
      publishes: realm === operators?.realm,
      credentials: () => credentialsFor(login),
      hideSecret: (text) => hideSecret(login, text),
      dial: of.dial,
      reconnect: { minMs: router['reconnect.min'], maxMs: router['reconnect.max'] },
      joinTimeoutMs: router.join_timeout,
      replies: (where) => replyRules(realm, where, summedLog, deps),
      onChange: () => onChange(),
    });
  }

  /** Joins a realm, and tells why that is not possible. The link does not try again for ever. */
  function tryLink(realm: string, procedures: readonly CallableProcedure[], of: Generation): TriedLink {
    let settle = (_problem: string | undefined): void => {};
    const attached = new Promise<string | undefined>((resolve) => {
      settle = resolve;
    });
    const link = makeLink(realm, procedures, of, {
      onAttached: () => settle(undefined),
      onFailed({ cause, advice }, triedAll) {
        if (triedAll) settle(`the gateway cannot join the realm ${realm}: ${cause}; ${advice}`);
      },
    });
    link.start();
    const { connect_timeout, join_timeout, url = [] } = of.config.router;
    const limit = (connect_timeout + 2 * join_timeout) * url.length;
    const tooSlow = () => `the gateway cannot join the realm ${realm}: the router does not respond in time`;
    return {
      problem: withTimeout(clock, limit, attached, tooSlow),
      link,
      stop() {
        link.stop();
        settle(undefined);
      },
    };
  }

  async function prepare({
    config: next,
    plan,
    procedures,
    signal,
  }: NextConfig): Promise<PreparedReload | CannotReload> {
    const current = links;
    if (current === undefined) return { kind: 'cannot', reason: 'the gateway is not attached yet' };
    const accessOf = plan.mustRejoin ? readRouterAccess(next.router) : generation.access;
    const of = plan.mustRejoin ? createGeneration(next, accessOf) : { ...generation, config: next };
    const kept = plan.mustRejoin ? [] : current.current;
    const realms = realmsOf(next);
    const tried = realms
      .filter((realm) => !kept.some((link) => link.realm === realm))
      .map((realm) => tryLink(realm, procedures, of));
    const stopAll = (): void => {
      for (const each of tried) each.stop();
      if (plan.mustRejoin) drop(of.callee);
    };
    const problems = await Promise.race([
      Promise.all(tried.map(({ problem }) => problem)),
      whenAborted(signal).then(() => ['the gateway is stopping']),
    ]);
    const problem = problems.find((text) => text !== undefined);
    if (problem !== undefined) {
      stopAll();
      return { kind: 'cannot', reason: problem };
    }
    return {
      kind: 'prepared',
      commit() {
        const { callee: former } = generation;
        generation = of;
        const fresh = tried.map(({ link }) => link);
        const remaining = kept.filter(({ realm }) => realms.includes(realm));
        const settled = Promise.all(
          remaining.map((link) => link.update(proceduresOf(link.realm, procedures, of))),
        );
        const drained = current.replace([...remaining, ...fresh]).then(() => {
          // An old session may have held procedures that only one session may register.
          for (const link of fresh) link.retryRefused();
          if (former !== of.callee) drop(former);
        });
        return { settled, ended: Promise.all([settled, drained]) };
      },
      abandon: async () => stopAll(),
    };
  }

  return {
    async open(procedures, secretsRead) {
      await Promise.race([secretsRead, canceled]);
      links = createLinks({
        clock,
        log,
        make(changed) {
          onChange = changed;
          return realmsOf(config).map((realm) => makeLink(realm, procedures, generation));
        },
      });
      links.start();
      await Promise.race([links.ready, canceled]);
    },
    cancelOpen: () => cancelOpen(),
    endingDoors: () => [],
    prepare,
    realmDetail: () => undefined,
    killSession: () => NO_REALM,
    publishToOperators(topic, payload) {
      if (operators !== undefined) links?.publish(operators.realm, topic, payload);
    },
    async drain(graceMs) {
      if (links === undefined) return;
      const all = links;
      const cancelAll = (): void => {
        for (const callee of callees) callee.cancelAll([all]);
      };
      // The gateway still serves calls that the router sent before it got UNREGISTER.
      const stopTimers = [
        clock.after(graceMs * (1 - GOODBYE_SHARE), cancelAll),
        clock.after(graceMs, all.stop),
      ];
      await Promise.race([all.drain(), all.stopped]);
      for (const stopTimer of stopTimers) stopTimer();
    },
    async close() {
      links?.stop();
      summedLog.flush();
    },
    endpoints: [],
    realms: [],
    listeners: [],
    get links() {
      return links?.status() ?? [];
    },
    get routers() {
      return links?.routers ?? [];
    },
    get callCount() {
      return [...callees].reduce((sum, callee) => sum + callee.callCount, callsBefore);
    },
  };
}

/** A link that was started for a reload. */
interface TriedLink {
  readonly link: Link;
  /** Resolves with the reason why it is not attached, or undefined. */
  readonly problem: Promise<string | undefined>;
  /** Gives up. */
  stop(): void;
}

function attachedProcedure(procedure: CallableProcedure, callee: Callee): AttachedProcedure {
  const { settings } = procedure.config;
  return {
    uri: settings.uri,
    handler: callee.handlerFor(procedure),
    policy: settings.invoke,
    concurrency: settings.concurrency,
    usesCaller: procedure.usesCaller,
  };
}

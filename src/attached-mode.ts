import { credentialsFor, hideSecret, type LinkLogin } from './attach/credentials.js';
import { createLink, type Dial, type Link } from './attach/link.js';
import { createLinks, type Links } from './attach/links.js';
import type { AttachedProcedure } from './attach/registrations.js';
import type { LoadedConfig } from './config/model.js';
import type { ModeDeps } from './embedded-mode.js';
import { GatewayError } from './errors.js';
import { createCallee } from './gateway/callee.js';
import { callErrorReply } from './gateway/pipeline/call-error.js';
import type { CallableProcedure } from './gateway/service.js';
import type { Mode } from './mode.js';
import type { OperatorRealm } from './operator-realm.js';
import type { RouterAccess } from './router-access.js';
import { createSummedLog, LINES_OF_STRANGERS, type SummedLog } from './summed-log.js';
import { dialRouter } from './transport/dial-router.js';
import type { ReplyRules } from './wamp/client/invocations.js';
import { createSerializers } from './wamp/serializers/serializers.js';

export interface AttachedModeDeps extends ModeDeps {
  readonly random: () => number;
  /** Makes the id of a failure, which the caller's error and the log line share. */
  readonly errorId: () => string;
}

/** Several gateways on one router share the procedures for operators. */
function operatorProcedure({ uri, handler }: OperatorRealm['procedures'][number]): AttachedProcedure {
  return { uri, handler, policy: 'roundrobin', concurrency: undefined, usesCaller: false };
}

/** The part of the grace period in which cancelled calls reply, and the gateway says GOODBYE. */
const GOODBYE_SHARE = 0.1;

/** The gateway on an existing router: it joins each realm as a callee, like any other client. */
export function createAttachedMode(config: LoadedConfig, access: RouterAccess, deps: AttachedModeDeps): Mode {
  const { clock, log, serializers, operators } = deps;
  const callee = createCallee({ serializers, format: config.router.serializer, clock });
  // Callers and APIs decide how many of these lines there are.
  const summedLog = createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
  let links: Links | undefined;
  let cancelOpen = (): void => {};
  const canceled = new Promise<never>((_, reject) => {
    cancelOpen = () => reject(new GatewayError('stopped', 'the gateway was stopped before it was ready'));
  });
  // After the gateway is ready, nothing waits for this promise. Without a handler, a rejection
  // would then end the process.
  canceled.catch(() => {});

  const attachedProcedure = (procedure: CallableProcedure): AttachedProcedure => {
    const { settings } = procedure.config;
    return {
      uri: settings.uri,
      handler: callee.handlerFor(procedure),
      policy: settings.invoke,
      concurrency: settings.concurrency,
      usesCaller: procedure.usesCaller,
    };
  };

  const loginFor = (realm: string): LinkLogin => access.logins.get(realm) ?? { authmethod: 'anonymous' };

  function makeLinks(procedures: readonly CallableProcedure[], onChange: () => void): readonly Link[] {
    const { router } = config;
    const dial = createDial(config, access, deps);
    return config.realms.map((realm) =>
      createLink({
        ...deps,
        realm,
        urls: access.urls,
        procedures: [
          ...procedures
            .filter((procedure) => procedure.config.settings.realm === realm)
            .map(attachedProcedure),
          ...(realm === operators?.realm ? operators.procedures.map(operatorProcedure) : []),
        ],
        publishes: realm === operators?.realm,
        credentials: () => credentialsFor(loginFor(realm)),
        hideSecret: (text) => hideSecret(loginFor(realm), text),
        dial,
        reconnect: { minMs: router['reconnect.min'], maxMs: router['reconnect.max'] },
        joinTimeoutMs: router.join_timeout,
        replies: (where) => replyRules(realm, where, summedLog, deps),
        onChange,
      }),
    );
  }

  return {
    async open(procedures, secretsRead) {
      await Promise.race([secretsRead, canceled]);
      links = createLinks({ clock, log, make: (onChange) => makeLinks(procedures, onChange) });
      links.start();
      await Promise.race([links.ready, canceled]);
    },
    cancelOpen: () => cancelOpen(),
    publishToOperators(topic, payload) {
      if (operators !== undefined) links?.publish(operators.realm, topic, payload);
    },
    async drain(graceMs) {
      if (links === undefined) return;
      const all = links;
      // The gateway still serves calls that the router sent before it got UNREGISTER.
      const stopTimers = [
        clock.after(graceMs * (1 - GOODBYE_SHARE), () => callee.cancelAll([all])),
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
      return callee.callCount;
    },
  };
}

function createDial({ router, wamp }: LoadedConfig, { tls }: RouterAccess, { log, clock }: ModeDeps): Dial {
  const serializer = createSerializers({ maxNesting: MAX_NESTING, maxValues: wamp.max_values }).find(
    ({ name }) => name === router.serializer,
  );
  return (url, { signal, ping, onSilent, onBroken }) =>
    dialRouter(url, {
      tls,
      timeout: router.connect_timeout,
      ...(serializer !== undefined && { serializer }),
      maxFrameSize: router.max_frame_size,
      pingInterval: router.ping_interval,
      pingTimeout: router.ping_timeout,
      rawSocketPing: ping,
      onSilent,
      onBroken,
      signal,
      log,
      clock,
    });
}

/** Levels of nesting in messages of the router. */
const MAX_NESTING = 2048;

function replyRules(
  realm: string,
  where: object,
  summedLog: SummedLog,
  { log, observer, errorId }: AttachedModeDeps,
): ReplyRules {
  return {
    tooLarge(procedure) {
      const id = errorId();
      observer.replyTooLarge(realm, procedure);
      summedLog.warn(
        {
          ...where,
          procedure,
          code: 'too_large',
          cause:
            'the response is larger than router.max_frame_size, or than the router accepts, or the router reads too slowly',
          advice:
            'request smaller responses of the API, or raise router.max_frame_size and the limit of the router',
        },
        'a response was not sent to the router: it is too large',
        { id },
      );
      const { uri, kwargs } = callErrorReply({ code: 'too_large', attempts: 1, id });
      return { uri, payload: { kwargs } };
    },
    onTooComplex(invocation, cause) {
      const advice = 'send less in one call, or raise wamp.max_values if the call has too many values';
      summedLog.info({ ...where, cause, advice }, 'a call was refused', { invocation });
    },
    onDropped(procedure, invocation) {
      observer.replyDropped(realm);
      log.warn(
        { ...where, procedure, invocation },
        'a reply was dropped: the session with the router was lost',
      );
    },
  };
}

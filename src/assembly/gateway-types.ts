import type { TracerProvider } from '@opentelemetry/api';
import type { AdminRoute } from '../admin/admin-route.js';
import type { LinkStatus } from '../attach/status.js';
import type { Clock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { ActionOutcome, ReloadOutcome, ServiceAction } from '../status/actions.js';
import type { GatewayStatus } from '../status/gateway-status.js';
import type { ServiceDetail } from '../status/service-status.js';

/**
 * The parts of a gateway that a program may replace. Every option has a default.
 *
 * @example
 * ```ts
 * import { createGateway, createLogger, loadConfig } from 'wamp-rpc-gateway';
 *
 * let calls = 0;
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const gateway = createGateway(config, {
 *   log: createLogger(config.log.level, process.stderr),
 *   uuid: () => `call-${++calls}`,
 *   env: { BILLING_SECRET: 'for tests only' },
 * });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface GatewayOptions {
  /** Gets the gateway's log. Default: no log. A reload changes its level, if it has `setLevel`. */
  readonly log?: Logger;
  /** Gets facts about calls, tokens, sessions and connections. Default: the silent observer. */
  readonly observer?: Observer;
  /**
   * Records the spans of calls. Default: the collector of `tracing.otlp.endpoint`. Without that, the
   * provider that the program has registered with `@opentelemetry/api` before `start`, if any.
   */
  readonly tracerProvider?: TracerProvider;
  /** The time. Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * Numbers in [0, 1), for jitter and the ids of errors. No secret depends on them. Default:
   * `Math.random`.
   */
  readonly random?: () => number;
  /** Makes idempotency keys. Default: `crypto.randomUUID`. */
  readonly uuid?: () => string;
  /**
   * The environment: for the secrets providers `env` and `vault`, and for `https_proxy`, `http_proxy` and
   * `no_proxy`. Default: `process.env`.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Reads the configuration again, for a reload that gets none: `reload()` without an argument, and
   * `POST /reload`. It throws ConfigError, or rejects with it, if there are mistakes. `dryRun` is true
   * if nothing of the result is used. Default: such reloads are refused.
   */
  readonly readConfig?: (options: Required<ReloadOptions>) => LoadedConfig | Promise<LoadedConfig>;
  /** More paths on the admin listeners. Default: none. */
  readonly adminRoutes?: readonly AdminRoute[];
}

/** How a reload is done. */
export interface ReloadOptions {
  /** True: changes nothing, and only says what would change. Default: false. */
  readonly dryRun?: boolean;
}

/**
 * The procedures of a configuration, with the WAMP router that carries them.
 *
 * @example
 * ```ts
 * import { createGateway, type Gateway, loadConfig } from 'wamp-rpc-gateway';
 *
 * function describe(gateway: Gateway): string {
 *   return `${gateway.procedureCount} procedures in ${gateway.realms.join(', ')}`;
 * }
 *
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }));
 * console.log(describe(gateway));
 * await gateway.start();
 * console.log(gateway.endpoints);
 * // The file may have changed.
 * const outcome = await gateway.reload(loadConfig('bondy.conf', { env: process.env }));
 * if (outcome.kind === 'done') console.log(outcome.changes);
 * // Running calls get one second to end.
 * await gateway.stop(1_000);
 * console.log(`${gateway.callCount} calls`);
 * ```
 */
export interface Gateway {
  /**
   * Opens the listeners for operators, registers every procedure, then opens the listeners for
   * clients. With `router.url`, it joins the existing
   * router instead, and resolves when every procedure is registered there, however long that takes.
   * If a step fails, everything is closed again. A stopped gateway can be started again.
   *
   * @throws GatewayError `already_started`, `listen`, `listener_tls` or `stopped`
   */
  start(): Promise<void>;
  /**
   * Refuses new calls, waits for the running ones, sends GOODBYE to every session and closes
   * everything. May be called again while it runs, for example with a shorter grace period.
   *
   * @param graceMs milliseconds that running calls have to end, before they are cancelled. Default:
   *   10,000
   */
  stop(graceMs?: number): Promise<void>;
  /**
   * The URLs for clients, such as `ws://127.0.0.1:18080/ws` and `rs://127.0.0.1:18082`. Empty until
   * `start` resolves.
   */
  readonly endpoints: readonly string[];
  /** The URLs for operators, such as `http://127.0.0.1:18081`. Empty before the start. */
  readonly adminEndpoints: readonly string[];
  /** With `router.url`: the distinct URLs of routers that the gateway is attached to. */
  readonly routers: readonly string[];
  /** With `router.url`: the link of each realm to its router, with the state of every procedure. */
  readonly links: readonly LinkStatus[];
  /**
   * Describes the gateway, its services and its sessions. It holds no secret.
   *
   * @returns a new object for each call
   */
  status(): GatewayStatus;
  /**
   * Describes one service in more detail: its procedures, its last failed calls, and its recent
   * traffic. Undefined if there is no such service.
   */
  serviceDetail(service: string): ServiceDetail | undefined;
  /**
   * Does something with one service: disables or enables it, probes its API, or reads its token or
   * its secret again. A disabled service refuses its calls with `down`. A restart enables it.
   *
   * @returns how it ended. It never rejects.
   */
  act(service: string, action: ServiceAction): Promise<ActionOutcome>;
  /**
   * Uses another configuration. Calls and sessions go on: a service whose settings are the same is
   * not touched, and a changed one takes its calls over. If the new configuration cannot be used,
   * nothing changes. docs/operations.md has what a reload does with each setting.
   *
   * @param config from `loadConfig` or `parseConfig`. Default: what `readConfig` returns
   * @returns how it ended, with everything that changes. It never rejects. Reloads run one after
   *   another
   */
  reload(config?: LoadedConfig, options?: ReloadOptions): Promise<ReloadOutcome>;
  /** How many procedures the configuration defines. */
  readonly procedureCount: number;
  /** The realms that clients can join. */
  readonly realms: readonly string[];
  /** How many calls the procedures have received since the gateway was created. */
  readonly callCount: number;
}

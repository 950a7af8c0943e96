import type { LinkStatus } from '../attach/status.js';
import type { Clock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import type { CallableProcedure } from '../gateway/service.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { ReloadPlan } from '../reload/plan.js';
import type { ActionOutcome } from '../status/actions.js';
import type { ListenerStatus, RealmStatus } from '../status/gateway-status.js';
import type { RealmDetail } from '../status/realm-detail.js';
import type { AnswerRequest } from '../transport/acceptor.js';
import type { DoorExchange, OfferedDoor } from '../transport/door-exchange.js';
import type { Turns } from '../turns.js';
import type { Payload } from '../wamp/payload.js';
import type { OperatorRealm } from './operator-realm.js';

/** What both modes depend on. */
export interface ModeDeps {
  readonly agent: string;
  readonly turns: Turns;
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly operators: OperatorRealm | undefined;
  /** Answers the requests of operators, on listeners that serve them beside WAMP clients. */
  readonly answerRequest: AnswerRequest | undefined;
}

/** The part of the status that a mode knows. */
export interface ModeStatus {
  /** The realms of the embedded router. */
  readonly realms: readonly RealmStatus[];
  /** The open listeners for clients. */
  readonly listeners: readonly Omit<ListenerStatus, 'certificate_expires_at'>[];
  /** The links to an existing router, one for each realm. */
  readonly links: readonly LinkStatus[];
}

/** What a mode gets for a reload. */
export interface NextConfig {
  readonly config: LoadedConfig;
  readonly plan: ReloadPlan;
  /**
   * All procedures of the new configuration. Those of an unchanged service are the same objects as
   * before.
   */
  readonly procedures: readonly CallableProcedure[];
  readonly doors: DoorExchange;
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal;
}

/** A reload that can no longer fail. Exactly one of its methods must be called, once. */
export interface PreparedReload {
  readonly kind: 'prepared';
  /** Uses the new configuration, between two calls. */
  commit(): CommittedReload;
  /** Removes what was prepared. Then everything is as before. */
  abandon(): Promise<void>;
}

/** The end of what is no longer used. */
export interface CommittedReload {
  /** Resolves when callers see the new procedures, and only these. */
  readonly settled: Promise<unknown>;
  /** Resolves when no call can reach a procedure that was replaced or removed. */
  readonly ended: Promise<unknown>;
}

export interface CannotReload {
  readonly kind: 'cannot';
  readonly reason: string;
}

/**
 * How callers reach the gateway's procedures: through the embedded router, or through an existing
 * one. A mode is used once.
 */
export interface Mode extends ModeStatus {
  /**
   * Makes the procedures callable. Resolves when every procedure is callable.
   *
   * @param secretsRead settles when the secrets were read, or take too long
   * @throws GatewayError `listen`, `listener_tls` or `stopped`
   */
  open(procedures: readonly CallableProcedure[], secretsRead: Promise<unknown>): Promise<void>;
  /** Rejects an `open` that waits for a router. Otherwise it could wait forever. */
  cancelOpen(): void;
  /** The doors of listeners that end with a reload. */
  endingDoors(config: LoadedConfig, plan: ReloadPlan): readonly OfferedDoor[];
  /**
   * Prepares everything of a reload that may fail. After a failure everything is as before.
   *
   * @throws GatewayError `listen`, `listener_tls`, `router_tls` or `router_key`
   */
  prepare(next: NextConfig): Promise<PreparedReload | CannotReload>;
  /**
   * Ends the service: takes no new calls, and waits for the running ones.
   *
   * @param graceMs milliseconds that running calls have to end, before they are cancelled
   */
  drain(graceMs: number): Promise<void>;
  /** Undefined if there is no such realm, and in attached mode. */
  realmDetail(realm: string): RealmDetail | undefined;
  /** Ends the session of a client, with GOODBYE `wamp.close.killed`. */
  killSession(realm: string, id: number): ActionOutcome;
  /** Publishes an event in `admin.realm`, if there is a session in it. */
  publishToOperators(topic: string, payload: Payload): void;
  /** Closes everything at once. */
  close(): Promise<void>;
  /** The URLs for clients. */
  readonly endpoints: readonly string[];
  /** The URLs of existing routers that are in use, without credentials. */
  readonly routers: readonly string[];
  readonly callCount: number;
}

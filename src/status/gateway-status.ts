import type { ServiceStatus } from './service-status.js';

/**
 * What the gateway is doing: it starts, takes calls, or finishes the running calls before it stops.
 */
export type GatewayState = 'starting' | 'ready' | 'draining' | 'stopped';

/** A realm of the embedded router. */
export interface RealmStatus {
  readonly name: string;
  /** Sessions of clients. */
  readonly sessions: number;
  /** Registrations, including those of the gateway. */
  readonly registrations: number;
  readonly subscriptions: number;
}

/** A procedure that the gateway offers. */
export interface ProcedureStatus {
  readonly uri: string;
  readonly realm: string;
  readonly service: string;
  readonly method: string;
  /** The path template, with secrets masked. */
  readonly path: string;
}

/** An open listener. */
export interface ListenerStatus {
  readonly name: string;
  readonly protocol: string;
  readonly urls: readonly string[];
  /** Connections that are open now. */
  readonly connections: number;
  /** When its certificate expires. Null without TLS. */
  readonly certificate_expires_at: string | null;
}

/** With `router.url`: the session of one realm with the router. */
export interface AttachedStatus {
  readonly realm: string;
  readonly router: string;
  /** `serving` if all procedures are registered. */
  readonly state: string;
  readonly since: string;
  /** Why there is no session. Null with one. */
  readonly cause: string | null;
  readonly registered_procedures: number;
  readonly procedures: number;
}

/** An alarm that lasts. */
export interface AlarmStatus {
  /** The service that is down. */
  readonly service: string;
  readonly severity: 'major';
  readonly reason: string;
  readonly raised_at: string;
}

/** The configuration that is in use. */
export interface ConfigurationStatus {
  /** Null for a gateway that a program created from a text. */
  readonly file: string | null;
  /** A SHA-256 of the configuration and all files that it names. It changes if one of them changes. */
  readonly hash: string;
  /** When the configuration in use was loaded. */
  readonly loaded_at: string;
  /** Null before the first reload. */
  readonly last_reload: {
    readonly at: string;
    readonly outcome: 'ok' | 'error';
    /** The problems, as `check` prints them. */
    readonly problems: readonly string[];
  } | null;
}

/**
 * The state of a gateway, for operators. The names are those of the JSON of `GET /status`. It holds
 * no secret.
 */
export interface GatewayStatus {
  readonly version: string;
  readonly node_version: string;
  readonly state: GatewayState;
  /** What the gateway waits for before it is ready. Empty if it is ready. */
  readonly missing: readonly string[];
  readonly mode: 'embedded' | 'attached';
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly configuration: ConfigurationStatus;
  readonly realms: readonly RealmStatus[];
  readonly services: readonly ServiceStatus[];
  readonly procedures: readonly ProcedureStatus[];
  readonly listeners: readonly ListenerStatus[];
  readonly attached_sessions: readonly AttachedStatus[];
  readonly alarms: readonly AlarmStatus[];
  /** The paths that the program which embeds the gateway has added to the admin listeners. */
  readonly added_paths: readonly string[];
}

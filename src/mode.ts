import type { LinkStatus } from './attach/status.js';
import type { CallableProcedure } from './gateway/service.js';
import type { ListenerStatus, RealmStatus } from './status/gateway-status.js';
import type { Payload } from './wamp/payload.js';

/** The part of the status that a mode knows. */
export interface ModeStatus {
  /** The realms of the embedded router. */
  readonly realms: readonly RealmStatus[];
  /** The open listeners for clients. */
  readonly listeners: readonly Omit<ListenerStatus, 'certificate_expires_at'>[];
  /** The links to an existing router, one for each realm. */
  readonly links: readonly LinkStatus[];
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
  /**
   * Ends the service: takes no new calls, and waits for the running ones.
   *
   * @param graceMs milliseconds that running calls have to end, before they are cancelled
   */
  drain(graceMs: number): Promise<void>;
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

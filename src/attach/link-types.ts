import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { Credentials } from '../wamp/client/credentials.js';
import type { ReplyRules } from '../wamp/client/invocations.js';
import type { Payload } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';
import type { ReconnectTimes } from './attempts.js';
import type { LinkFailure } from './link-failure.js';
import type { AttachedProcedure } from './registrations.js';
import type { LinkStatus } from './status.js';

/** What a dialler gets for one attempt. */
export interface DialAttempt {
  readonly signal: AbortSignal;
  /**
   * Calls a procedure of the router, which proves that the router is alive. A dialler uses this if
   * some routers do not support the ping of its transport.
   */
  readonly ping: () => void;
  /** Must be called before a silent connection is closed. */
  readonly onSilent: () => void;
  /** Must be called before a connection is closed because of a frame that cannot be read. */
  readonly onBroken: () => void;
}

/** Opens a connection to a router. */
export type Dial = (url: string, attempt: DialAttempt) => Promise<Peer>;

export interface LinkOptions {
  readonly realm: string;
  /** At least one. */
  readonly urls: readonly string[];
  /** The procedures until {@link Link.update}. */
  readonly procedures: readonly AttachedProcedure[];
  /** Whether the gateway publishes events in this realm. */
  readonly publishes: boolean;
  readonly agent: string;
  /** Called for each attempt to join, because some methods need a new nonce. */
  readonly credentials: () => Credentials;
  /** Masks the secret of the login. Some authenticators quote a wrong ticket in their ABORT. */
  readonly hideSecret: (text: string) => string;
  readonly dial: Dial;
  readonly reconnect: ReconnectTimes;
  /** Maximum milliseconds from HELLO to WELCOME, and from REGISTER to its answer. */
  readonly joinTimeoutMs: number;
  /** @param where realm and router, for the log */
  readonly replies: (where: object) => ReplyRules;
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** Called when the number of registered procedures has changed. */
  readonly onChange: () => void;
  /** Called when the router has answered the REGISTERs of a new session. Default: nothing. */
  readonly onAttached?: () => void;
  /**
   * Called after each failure. Default: nothing.
   *
   * @param triedAll whether all URLs have failed
   */
  readonly onFailed?: (failure: LinkFailure, triedAll: boolean) => void;
}

/**
 * The link of one realm to a router: a connection, a session on it, and the registrations. If the
 * connection or the session ends, the link opens a new one until `drain` or `stop`.
 *
 *     waiting ─► connecting ─► joining ─► registering ⇄ serving ─► draining ─► stopped
 *        ▲____________│___________│____________│___________│
 */
export interface Link {
  readonly realm: string;
  start(): void;
  /**
   * Changes the procedures, also those of later sessions. Calls that run go on.
   *
   * @returns resolves when the router has answered, or at once without a session
   */
  update(procedures: readonly AttachedProcedure[]): Promise<void>;
  /** Registers refused procedures again now. */
  retryRefused(): void;
  /**
   * Unregisters all procedures, serves the calls that still arrive, waits for the running calls,
   * and leaves the realm. Resolves after this, or when the session is lost, and when the running
   * calls of earlier sessions have ended.
   *
   * @param isReplaced whether another link of the realm has the procedures. Then this one does not
   *   report how many it still has. Default: false
   */
  drain(isReplaced?: boolean): Promise<void>;
  /** Ends everything at once. Running calls are interrupted. */
  stop(): void;
  interruptAll(): void;
  /** Publishes an event. Drops it without a session. */
  publish(topic: string, payload: Payload): void;
  readonly isServing: boolean;
  /** The router of the session, without credentials. Undefined without a session. */
  readonly router: string | undefined;
  status(): LinkStatus;
}

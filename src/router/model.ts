import type { RequestTable } from '../collections/request-table.js';
import type { Timed } from '../collections/shared-timer.js';
import type { Call } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';

/**
 * A joined session, as the router keeps it. Its maps hold what it leaves behind; the router clears
 * them when the session leaves. Each map is created at its first use, so that an idle session has
 * none.
 */
export interface Session {
  readonly id: number;
  readonly realm: string;
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  /** WELCOME.Details.authextra, if the login gave one. */
  readonly authextra?: Dict;
  /** Type, serializer and peer address of the connection, for session meta data. */
  readonly transport: Dict;
  /** Names of the groups that grants apply to. */
  readonly roles: ReadonlySet<string>;
  readonly peer: Peer;
  /** Part of this process; see `trusted` of ConnectionInfo. */
  readonly trusted: boolean;
  /** What the client announced in HELLO. */
  readonly features: SessionFeatures;
  /**
   * The details that tell a callee who calls. Made once, because every call carries the same
   * object.
   */
  readonly callerDetails: Dict;
  /** The same for callees in this process, with the client's library and serializer if known. */
  readonly callerDetailsInside: Dict;
  /** Its open calls, by the request ID of the CALL. */
  calls: RequestTable<PendingCall> | undefined;
  /** Estimated bytes of the calls that are kept for rerouting. Only `rerouting.ts` sets it. */
  keptBytes: number;
  /** Calls that it has to answer, by the request ID of the INVOCATION. */
  invocations: RequestTable<PendingCall> | undefined;
  /** Request ID of the last INVOCATION sent to it. */
  lastInvocation: number;
  /** Its registrations, by registration ID. */
  registrations: Map<number, Endpoint> | undefined;
  subscriptions: Map<number, Subscription> | undefined;
  /**
   * Subscriptions that it asked to leave while the authorizer decides: it gets no events of them.
   * Only `subscriptions.ts` sets it.
   */
  paused: Set<Subscription> | undefined;
  /**
   * Ends the session from the router's side, with GOODBYE. The connection that carries it sets
   * this.
   */
  kill: (reason: string, message?: string) => void;
  /** It has left. Work that is still planned for it is dropped. */
  gone: boolean;
  /** It leaves without testaments and meta events. */
  quiet: boolean;
  /** It left before its on_join event was published, so on_leave is not published either. */
  unheardOf: boolean;
}

/** How the URI of a registration or subscription is matched with that of a CALL or PUBLISH. */
export type MatchPolicy = 'exact' | 'prefix' | 'wildcard';

export interface SessionFeatures {
  readonly caller: {
    readonly callCanceling: boolean;
    readonly progressiveCallResults: boolean;
    readonly payloadPassthru: boolean;
  };
  readonly callee: {
    readonly callCanceling: boolean;
    readonly callTimeout: boolean;
    readonly progressiveCallResults: boolean;
    readonly callReroute: boolean;
    readonly registrationRevocation: boolean;
    readonly payloadPassthru: boolean;
  };
  readonly publisher: { readonly payloadPassthru: boolean };
}

/** Which of several callees gets a call (WAMP, "Shared Registration"). */
export type InvocationPolicy = 'single' | 'first' | 'last' | 'random' | 'roundrobin';

/** A procedure, or a pattern of procedures, and its callees. It ends with its last callee. */
export interface Registration {
  readonly id: number;
  /** A pattern, where `match` is not exact. */
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** In the order in which they were registered. */
  readonly endpoints: Endpoint[];
  /**
   * For roundrobin: index of the endpoint that gets the next call. Beyond the last one means the
   * first.
   */
  turn: number;
}

/** One callee's part in a registration. */
export interface Endpoint {
  readonly registration: Registration;
  readonly callee: Session;
  /** The callee enforces the caller's timeout itself. The dealer's timer is only a backstop. */
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

/** A topic, or a pattern of topics, and its subscribers. It ends with its last subscriber. */
export interface Subscription {
  readonly id: number;
  /** A pattern, where `match` is not exact. */
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /**
   * The subscribers in the order in which they subscribed. The number grows with every subscription
   * in the realm: a session that subscribed after a publication does not get that event.
   */
  readonly subscribers: Map<Session, number>;
}

/** A CALL that has no final RESULT or ERROR yet. */
export interface PendingCall extends Timed<PendingCall> {
  readonly caller: Session;
  /** Request ID of the CALL, in the caller's scope. */
  readonly request: number;
  readonly procedure: string;
  /** Changes when the call is rerouted. */
  callee: Session;
  /** Request ID of the INVOCATION, in the callee's scope. */
  invocation: number;
  /** The callee was asked for progressive results. Without that, they are dropped. */
  progressive: boolean;
  /**
   * What a rerouting needs, if the callee may answer that it is unavailable. Only `rerouting.ts`
   * sets it.
   */
  rerouting: Rerouting | undefined;
  /**
   * CANCEL with mode `kill` went to the callee. The call waits for its response, and no second
   * INTERRUPT follows.
   */
  killed: boolean;
  /**
   * Stops the call's own timer, if it has one that no other call shares. Only `deadlines.ts` sets
   * this and the other fields that concern time.
   */
  stopTimer: (() => void) | undefined;
  /**
   * Milliseconds that the call may take until its first result, and then between two progressive
   * results.
   */
  duration: number;
  /** Estimated bytes that the call takes of the realm's budget. 0 if its caller has no limits. */
  readonly size: number;
}

export interface Rerouting {
  readonly message: Call;
  readonly registration: Registration;
  /** Callees that have already got the call. */
  readonly tried: Set<Session>;
  /** Estimated bytes of the kept CALL, and the budget that they were taken from. */
  readonly size: number;
  readonly budget: { give(bytes: number): void };
}

/** Limits of a router. Durations are in milliseconds, sizes in estimated bytes of memory. */
export interface RouterLimits {
  /**
   * For procedures that clients register, if CALL names no timeout. 0 means `maxCallTimeout`.
   * `wamp.call_timeout`
   */
  readonly callTimeout: number;
  /** The longest duration of any call. `wamp.max_call_timeout` */
  readonly maxCallTimeout: number;
  /** Open calls of one session that is not trusted. `wamp.max_pending_calls` */
  readonly maxPendingCalls: number;
  /** Open calls of all sessions of one realm. `wamp.max_pending_calls_per_realm` */
  readonly maxPendingCallsPerRealm: number;
  /** `wamp.max_pending_call_bytes_per_realm` */
  readonly maxPendingCallBytesPerRealm: number;
  /** Joined sessions that are not trusted. `wamp.max_sessions` */
  readonly maxSessions: number;
  /**
   * Registrations of one session that is not trusted, and of all such sessions of a realm; by
   * number and by bytes. `wamp.max_registrations`, `wamp.max_registration_bytes`, each also with
   * `_per_realm`
   */
  readonly maxRegistrations: number;
  readonly maxRegistrationBytes: number;
  readonly maxRegistrationsPerRealm: number;
  readonly maxRegistrationBytesPerRealm: number;
  /**
   * The same for subscriptions. `wamp.max_subscriptions`, `wamp.max_subscription_bytes`, each also
   * with `_per_realm`
   */
  readonly maxSubscriptions: number;
  readonly maxSubscriptionBytes: number;
  readonly maxSubscriptionsPerRealm: number;
  readonly maxSubscriptionBytesPerRealm: number;
  /**
   * Shapes of the wildcard patterns that one realm may have among its registrations, and as many
   * among its subscriptions; see wildcard-index.ts. `wamp.max_wildcard_shapes`
   */
  readonly maxWildcardShapes: number;
  /**
   * Retained events of one realm, by number and by bytes. `wamp.max_retained_events`,
   * `wamp.max_retained_bytes`
   */
  readonly maxRetainedEvents: number;
  readonly maxRetainedBytes: number;
  /** Retained bytes that one session published. `wamp.max_retained_bytes_per_session` */
  readonly maxRetainedBytesPerSession: number;
  /** Retained events that one SUBSCRIBE with a pattern gets. `wamp.max_retained_sent` */
  readonly maxRetainedSent: number;
  /** IDs in one list of the meta API. `wamp.max_list_length` */
  readonly maxListLength: number;
  /**
   * Testaments of one session, and of all sessions of a realm; by number and by bytes.
   * `wamp.max_testaments`, `wamp.max_testament_bytes`, each also with `_per_realm`
   */
  readonly maxTestaments: number;
  readonly maxTestamentBytes: number;
  readonly maxTestamentsPerRealm: number;
  readonly maxTestamentBytesPerRealm: number;
  /**
   * Messages of one session that wait for authorization, and of all sessions of a realm; by number
   * and by bytes. The bytes also limit, separately, the calls that are kept for rerouting.
   * `wamp.max_waiting_messages`, `wamp.max_waiting_bytes`, each also with `_per_realm`
   */
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitingMessagesPerRealm: number;
  readonly maxWaitingBytesPerRealm: number;
}

/**
 * The longest URI of a procedure or topic, in characters. The router keeps the URIs of
 * registrations: without this limit, a client could fill the memory with URIs of 16 MB.
 */
export const MAX_URI_LENGTH = 4096;

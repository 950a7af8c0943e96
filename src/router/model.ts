import type { RequestTable } from '../collections/request-table.js';
import type { Timed } from '../collections/shared-timer.js';
import type { Call } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';

/**
 * A joined session in the router. Its maps hold its calls, registrations and subscriptions. The
 * router clears them when the session leaves. Each map is created at its first use, so that an idle
 * session has none.
 */
export interface Session {
  readonly id: number;
  readonly realm: string;
  readonly authid: string;
  /** It changes if a reload gives the user other groups. Only `changeRoles` sets it. */
  authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  /** WELCOME.Details.authextra, if the login gave one. */
  readonly authextra?: Dict;
  /** Type, serializer and peer address of the connection, for session meta data. */
  readonly transport: Dict;
  /** Names of the groups that grants apply to. Only `changeRoles` sets it. */
  roles: ReadonlySet<string>;
  readonly peer: Peer;
  /** True for a session of this process. See `trusted` of ConnectionInfo. */
  readonly trusted: boolean;
  /** When it joined, in milliseconds since the epoch. */
  readonly joined: number;
  /** What the client announced in HELLO. */
  readonly features: SessionFeatures;
  /**
   * The details that tell a callee who the caller is. All calls share this one object. Only
   * `changeRoles` sets it.
   */
  callerDetails: Dict;
  /**
   * The same for callees in this process, with the client's library and serializer if known, and with
   * the `meta` of the user.
   */
  callerDetailsInside: Dict;
  /** Its open calls, by the request ID of the CALL. */
  calls: RequestTable<PendingCall> | undefined;
  /** Estimated bytes of the calls that are kept for rerouting. Only `rerouting.ts` sets it. */
  keptBytes: number;
  /** Calls that it must answer, by the request ID of the INVOCATION. */
  invocations: RequestTable<PendingCall> | undefined;
  /** Request ID of the last INVOCATION sent to it. */
  lastInvocation: number;
  /** Its registrations, by registration ID. */
  registrations: Map<number, Endpoint> | undefined;
  subscriptions: Map<number, Subscription> | undefined;
  /**
   * Subscriptions whose UNSUBSCRIBE waits for the authorizer. The session gets no events of them.
   * Only `subscriptions.ts` sets it.
   */
  paused: Set<Subscription> | undefined;
  /** Ends the session from the router's side, with GOODBYE. The session's connection sets this. */
  kill: (reason: string, message?: string) => void;
  /** True after the session has left. Work that still waits for it is dropped. */
  gone: boolean;
  /** If true, the session leaves without testaments and meta events. */
  quiet: boolean;
  /**
   * True if it left before its on_join event was published. Then on_leave is not published either.
   */
  unheardOf: boolean;
}

/** How the URI of a registration or subscription is compared with the URI of a CALL or PUBLISH. */
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

/** A procedure, or a pattern of procedures, and its callees. It is removed with its last callee. */
export interface Registration {
  readonly id: number;
  /** A pattern if `match` is not exact. */
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** In the order in which they were registered. */
  readonly endpoints: Endpoint[];
  /**
   * For roundrobin: the index of the endpoint that gets the next call. An index after the last
   * endpoint means the first endpoint.
   */
  turn: number;
}

/** One callee's part in a registration. */
export interface Endpoint {
  readonly registration: Registration;
  readonly callee: Session;
  /**
   * True if the callee enforces the caller's timeout itself. Then the dealer's timer is only a
   * backstop.
   */
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

/** A topic, or a pattern of topics, and its subscribers. It is removed with its last subscriber. */
export interface Subscription {
  readonly id: number;
  /** A pattern if `match` is not exact. */
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /**
   * The subscribers, in the order in which they subscribed. Each has a number, which grows with
   * every subscription in the realm. The number tells whether a session subscribed before a
   * publication. A session that subscribed later does not get the event.
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
  /** True if the callee was asked for progressive results. Otherwise they are dropped. */
  progressive: boolean;
  /**
   * The data for rerouting. Defined if the callee may answer that it is unavailable. Only
   * `rerouting.ts` sets it.
   */
  rerouting: Rerouting | undefined;
  /**
   * True if CANCEL with mode `kill` was passed to the callee. The call waits for the callee's
   * response, and no second INTERRUPT is sent.
   */
  killed: boolean;
  /**
   * Stops the call's own timer. Undefined if the call has none, or shares one with other calls.
   * Only `deadlines.ts` sets this and the other fields about time.
   */
  stopTimer: (() => void) | undefined;
  /** The maximum milliseconds until the first result, and then between two progressive results. */
  duration: number;
  /** Tells a callee in this process that the call has ended. See `CallPort.stayOpen`. */
  onEnded: (() => void) | undefined;
  /** Estimated bytes that the realm's budget counts for the call. 0 if its caller has no limits. */
  readonly size: number;
}

export interface Rerouting {
  readonly message: Call;
  readonly registration: Registration;
  /** Callees that have already got the call. */
  readonly tried: Set<Session>;
  /** Estimated bytes of the kept CALL, and the budget that counts them. */
  readonly size: number;
  readonly budget: { give(bytes: number): void };
}

/**
 * Limits of a router. Durations are in milliseconds, sizes in estimated bytes of memory. The router
 * reads them when it needs them, because a reload may change them.
 */
export interface RouterLimits {
  /**
   * The timeout for calls of clients' procedures, if CALL names none. 0 means `maxCallTimeout`.
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
   * The maximum number of wildcard pattern shapes in the registrations of one realm. The same limit
   * applies to its subscriptions. See wildcard-index.ts. `wamp.max_wildcard_shapes`
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
  /**
   * Retained events that the router sends for one SUBSCRIBE with a pattern.
   * `wamp.max_retained_sent`
   */
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
   * and by bytes. The limits on bytes also apply, with separate counts, to the calls that are kept
   * for rerouting. `wamp.max_waiting_messages`, `wamp.max_waiting_bytes`, each also with
   * `_per_realm`
   */
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitingMessagesPerRealm: number;
  readonly maxWaitingBytesPerRealm: number;
}

/**
 * The longest URI of a procedure or topic, in characters. The router keeps the URIs of
 * registrations. Without this limit, a client could fill the memory with URIs of 16 MB.
 */
export const MAX_URI_LENGTH = 4096;

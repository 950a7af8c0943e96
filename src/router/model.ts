import type { RequestTable } from '../collections/request-table.js';
import type { Timed } from '../collections/shared-timer.js';
import type { Call } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';

/**
 * A joined session, as the router keeps it. Its maps are what it leaves behind when it goes, and are cleared then. Each is
 * made when it is first needed: an idle session has none.
 */
export interface Session {
  readonly id: number;
  readonly realm: string;
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  /** What WELCOME told beside, where the login gave something. */
  readonly authextra?: Dict;
  /** Of the connection, for session meta data: type, serializer, peer. */
  readonly transport: Dict;
  /** Names of the groups that grants apply to. */
  readonly roles: ReadonlySet<string>;
  readonly peer: Peer;
  /** Part of this process; see ConnectionInfo. */
  readonly trusted: boolean;
  /** What the client announced in HELLO. */
  readonly features: SessionFeatures;
  /** The keys that tell a callee who calls: made once, since a call carries them as they are. */
  readonly callerDetails: Dict;
  /** The same for callees in this process: they are told the client's library too, where it is known. */
  readonly callerDetailsInside: Dict;
  /** Calls it waits for, by the request ID of its CALL. */
  calls: RequestTable<PendingCall> | undefined;
  /** Roughly the bytes of those that are kept so that they can be routed anew. Set by `rerouting.ts` alone. */
  keptBytes: number;
  /** Calls it has to answer, by the request ID of the INVOCATION. */
  invocations: RequestTable<PendingCall> | undefined;
  /** Request ID of the last INVOCATION sent to it. */
  lastInvocation: number;
  /** What it registered, by the registration's ID. */
  registrations: Map<number, Endpoint> | undefined;
  subscriptions: Map<number, Subscription> | undefined;
  /** Of these it hears nothing: it asked to leave them, and that is not decided yet. Set by `subscriptions.ts` alone. */
  paused: Set<Subscription> | undefined;
  /** Ends the session from the router's side, with GOODBYE. Set by the connection that carries it. */
  kill: (reason: string, message?: string) => void;
  /** It has left: whatever was to be done for it later is not done any more. */
  gone: boolean;
  /** It is to leave without testaments and meta events. */
  quiet: boolean;
  /** It left before anyone was told that it had joined. */
  unheardOf: boolean;
}

/** How a URI of a registration or subscription is compared with that of a CALL or PUBLISH. */
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

/** A procedure, or a pattern of procedures, and those that answer it. It lives until the last of them leaves it. */
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
  /** For roundrobin: index of the endpoint whose turn is next; where there is none, that of the first. */
  turn: number;
}

/** One callee's part in a registration. */
export interface Endpoint {
  readonly registration: Registration;
  readonly callee: Session;
  /** The callee keeps the caller's timeout itself; the dealer's timer is only a backstop. */
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

/** A topic, or a pattern of topics, and those that hear of it. It lives until the last of them leaves it. */
export interface Subscription {
  readonly id: number;
  /** A pattern, where `match` is not exact. */
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /**
   * In the order in which they came, each with the moment: a number that grows with every subscribing in the realm, so that
   * an event that is still on its way does not reach who came later.
   */
  readonly subscribers: Map<Session, number>;
}

/** A CALL that is not answered yet. */
export interface PendingCall extends Timed<PendingCall> {
  readonly caller: Session;
  /** Request ID of the CALL, in the caller's scope. */
  readonly request: number;
  readonly procedure: string;
  /** Another one, after the call was routed anew. */
  callee: Session;
  /** Request ID of the INVOCATION, in the callee's scope. */
  invocation: number;
  /** The callee was told that progressive results are welcome; others are dropped. */
  progressive: boolean;
  /** What is needed to route it anew, where its callee may answer that it is unavailable. Set by `rerouting.ts` alone. */
  rerouting: Rerouting | undefined;
  /** CANCEL with mode `kill` went to the callee; its answer is awaited, no second INTERRUPT follows. */
  killed: boolean;
  /** Takes back a timer of the call's own, where it shares none. Set by `deadlines.ts` alone, as all that has to do with time. */
  stopTimer: (() => void) | undefined;
  /** From one progressive result to the next, milliseconds. */
  duration: number;
  /** Roughly the bytes that it takes of the realm's budget; 0 where its caller is not limited. */
  readonly weight: number;
}

export interface Rerouting {
  readonly message: Call;
  readonly registration: Registration;
  /** Callees that were asked already. */
  readonly tried: Set<Session>;
  /** Roughly the bytes that are kept for it, and where they were taken from. */
  readonly weight: number;
  readonly budget: { give(bytes: number): void };
}

/** What a router grants. Durations in milliseconds. */
export interface RouterLimits {
  /** For procedures that clients register, where CALL names no timeout; 0 for none but the cap. `wamp.call_timeout` */
  readonly callTimeout: number;
  /** The longest that any call may take. `wamp.max_call_timeout` */
  readonly maxCallTimeout: number;
  /** Unanswered calls of one session that is not trusted. `wamp.max_pending_calls` */
  readonly maxPendingCalls: number;
  /** Of all sessions of one realm; and the estimated bytes of them. `wamp.max_pending_calls_per_realm`, `…_call_bytes_per_realm` */
  readonly maxPendingCallsPerRealm: number;
  readonly maxPendingCallBytesPerRealm: number;
  /** Joined sessions, trusted ones not counted. `wamp.max_sessions` */
  readonly maxSessions: number;
  /** Of one session that is not trusted, and of all those of a realm; the estimated bytes of them together.
   * `wamp.max_registrations`, `wamp.max_registration_bytes`, each with `_per_realm` too */
  readonly maxRegistrations: number;
  readonly maxRegistrationBytes: number;
  readonly maxRegistrationsPerRealm: number;
  readonly maxRegistrationBytesPerRealm: number;
  /** The same of subscriptions. `wamp.max_subscriptions`, … */
  readonly maxSubscriptions: number;
  readonly maxSubscriptionBytes: number;
  readonly maxSubscriptionsPerRealm: number;
  readonly maxSubscriptionBytesPerRealm: number;
  /** Shapes of the wildcard patterns registered in one realm, and as many of those subscribed to: see wildcard-index.ts.
   * `wamp.max_wildcard_shapes` */
  readonly maxWildcardShapes: number;
  /** Retained events of one realm, and the estimated bytes of them together. `wamp.max_retained_events`, `…_bytes` */
  readonly maxRetainedEvents: number;
  readonly maxRetainedBytes: number;
  /** Of what one session published. `wamp.max_retained_bytes_per_session` */
  readonly maxRetainedBytesPerSession: number;
  /** Retained events that one SUBSCRIBE by a pattern brings. `wamp.max_retained_sent` */
  readonly maxRetainedSent: number;
  /** IDs that a procedure of the meta API lists. `wamp.max_list_length` */
  readonly maxListLength: number;
  /** Testaments of one session, and the estimated bytes of them together. `wamp.max_testaments`, `…_testament_bytes` */
  readonly maxTestaments: number;
  readonly maxTestamentBytes: number;
  readonly maxTestamentsPerRealm: number;
  readonly maxTestamentBytesPerRealm: number;
  /** What one session sent and waits for an authorizer's answer; and, in bytes alone, its calls that may be routed anew.
   * `wamp.max_waiting_messages`, `…_bytes` */
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
  readonly maxWaitingMessagesPerRealm: number;
  readonly maxWaitingBytesPerRealm: number;
}

/** Longest procedure or topic URI, in characters: registrations keep theirs, and 16 MB of each would be a weapon. */
export const MAX_URI_LENGTH = 4096;

import type { Dict } from '../wamp/payload.js';
import type { Peer } from '../wamp/peer.js';

/** A joined session, as the router keeps it. Its maps are what it leaves behind when it goes, and are cleared then. */
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
  /** Calls it waits for, by the request ID of its CALL. */
  readonly calls: Map<number, PendingCall>;
  /** Calls it has to answer, by the request ID of the INVOCATION. */
  readonly invocations: Map<number, PendingCall>;
  /** Request ID of the last INVOCATION sent to it. */
  lastInvocation: number;
  readonly registrations: Map<number, Registration>;
  readonly subscriptions: Map<number, Subscription>;
  /** Ends the session from the router's side, with GOODBYE. Set by the connection that carries it. */
  kill: (reason: string, message?: string) => void;
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

export interface Registration {
  readonly id: number;
  readonly procedure: string;
  readonly callee: Session;
  /** The callee keeps the caller's timeout itself; the dealer's timer is only a backstop. */
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

export interface Subscription {
  readonly id: number;
  readonly topic: string;
  readonly subscribers: Set<Session>;
}

/** A CALL that is not answered yet. */
export interface PendingCall {
  readonly caller: Session;
  /** Request ID of the CALL, in the caller's scope. */
  readonly request: number;
  readonly callee: Session;
  /** Request ID of the INVOCATION, in the callee's scope. */
  readonly invocation: number;
  /** CANCEL with mode `kill` went to the callee; its answer is awaited, no second INTERRUPT follows. */
  killed: boolean;
  /** Set by `deadlines.ts` alone: takes back a timer of the call's own, or names the set that shares one. */
  stopTimer: (() => void) | undefined;
  lane: Set<PendingCall> | undefined;
  /** Monotonic milliseconds, for a shared timer. */
  dueAt: number;
}

/** What a router grants. Durations in milliseconds. */
export interface RouterLimits {
  /** For procedures that clients register, where CALL names no timeout; 0 for none but the cap. `wamp.call_timeout` */
  readonly callTimeout: number;
  /** The longest that any call may take. `wamp.max_call_timeout` */
  readonly maxCallTimeout: number;
  /** Unanswered calls of one session. `wamp.max_pending_calls` */
  readonly maxPendingCalls: number;
  /** Joined sessions, trusted ones not counted. `wamp.max_sessions` */
  readonly maxSessions: number;
  /** Of one session that is not trusted. `wamp.max_registrations` */
  readonly maxRegistrations: number;
  /** Of one session that is not trusted. `wamp.max_subscriptions` */
  readonly maxSubscriptions: number;
  /** Retained events of one realm, and the estimated bytes of them together. `wamp.max_retained_events`, `…_bytes` */
  readonly maxRetainedEvents: number;
  readonly maxRetainedBytes: number;
  /** Testaments of one session, and the estimated bytes of them together. `wamp.max_testaments`, `…_testament_bytes` */
  readonly maxTestaments: number;
  readonly maxTestamentBytes: number;
  /** What one session sent and waits for an authorizer's answer. `wamp.max_waiting_messages`, `…_bytes` */
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
}

/** Longest procedure or topic URI, in characters: registrations keep theirs, and 16 MB of each would be a weapon. */
export const MAX_URI_LENGTH = 4096;

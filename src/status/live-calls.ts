import type { CallOutcome } from '../observe/observer.js';

/** A call that has ended, for the live view. It has no kwargs, headers or bodies. */
export interface LiveCall {
  /** When it ended: an ISO 8601 date and time, in UTC. */
  readonly at: string;
  readonly realm: string;
  /** The WAMP URI. */
  readonly procedure: string;
  readonly service: string;
  /** Null for an anonymous caller, or if the router does not disclose it. */
  readonly authid: string | null;
  readonly outcome: CallOutcome;
  /** The HTTP status that the caller got. */
  readonly status: number | null;
  readonly duration_ms: number;
  readonly attempts: number;
  /** The `id` in the log. Null for a call without a line in the log. */
  readonly id: string | null;
  /** Null for a call without a trace. */
  readonly trace_id: string | null;
}

/** The event `calls` of `GET /events?calls=true`: some calls that have ended. */
export interface LiveCalls {
  readonly calls: readonly LiveCall[];
  /** How many more calls ended meanwhile. They are too many to be sent. */
  readonly dropped: number;
}

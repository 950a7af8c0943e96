import type { BreakerState, CallOutcome } from '../observe/observer.js';

/**
 * Whether a service takes calls.
 *
 * - `up`: calls are sent.
 * - `down`: probes fail, or the circuit breaker is open. Calls end with `down`.
 * - `waiting`: a secret has not been read, or `base_url` is not usable. Calls end with `secrets`.
 * - `disabled`: an operator has disabled it. Calls end with `down`.
 */
export type ServiceState = 'up' | 'down' | 'waiting' | 'disabled';

/** The calls of a service within a period. Durations are in milliseconds. */
export interface CallFigures {
  readonly calls: number;
  /**
   * The failed calls: those with a response of 500 or more, and those with an error of the gateway.
   * Mistakes of callers (`bad_request`) and cancelled calls are not failures.
   */
  readonly errors: number;
  /** `errors / calls`; 0 without calls. */
  readonly error_ratio: number;
  /** Half of the calls took at most this long. Accurate to about 10 %. Null without calls. */
  readonly p50_ms: number | null;
  /** 99 % of the calls took at most this long. */
  readonly p99_ms: number | null;
}

/** A failed call of a service. */
export interface FailedCall {
  /** The `id` in the log line of the call, and in the error of the gateway. */
  readonly id: string;
  readonly outcome: CallOutcome;
  /** The WAMP URI. */
  readonly procedure: string;
  /** An ISO 8601 date and time, in UTC. */
  readonly at: string;
  /** As in the log. It quotes nothing from a caller or an upstream. */
  readonly cause: string | null;
}

/** The calls of the last minutes, in steps of time. The oldest step is first. */
export interface TrafficHistory {
  readonly step_seconds: number;
  /** How many calls ended in each step. */
  readonly calls: readonly number[];
  /** How many of them failed. */
  readonly errors: readonly number[];
}

/** The answer to `GET /history`: the calls of each service, by its name. */
export type TrafficHistories = Readonly<Record<string, TrafficHistory>>;

/** The calls of one procedure. */
export interface ProcedureTraffic {
  readonly uri: string;
  readonly realm: string;
  readonly last_minute: CallFigures;
  readonly last_hour: CallFigures;
}

/** The answer to `GET /traffic`: the calls of the procedures of all services. */
export interface AllTraffic {
  /** The procedures that have been called, at most 2,000: the slowest ones of the last hour. */
  readonly procedures: readonly ProcedureTraffic[];
  /** How many more have been called. */
  readonly omitted: number;
}

/** The answer to `GET /services/NAME`: more about one service than its status. */
export interface ServiceDetail {
  /** The procedures that have been called. */
  readonly procedures: readonly ProcedureTraffic[];
  /** The last failed calls, at most 20, the newest first. */
  readonly errors: readonly FailedCall[];
  /** The last 15 minutes. */
  readonly history: TrafficHistory;
}

/** The last probe of a service (`liveness.*`). */
export interface ProbeStatus {
  readonly outcome: 'ok' | 'error';
  readonly at: string;
  readonly duration_ms: number;
  /** Why it failed. Null for a good probe. */
  readonly cause: string | null;
}

/**
 * The connections of a service to its API. After a reload, those that its predecessor still uses
 * are among them, so there may be more than `size`.
 */
export interface PoolStatus {
  /** `pool.size` */
  readonly size: number;
  readonly busy: number;
  readonly idle: number;
  /** Busy connections that carry a stream (`response.stream`). */
  readonly streams: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
}

/** One service, for operators. */
export interface ServiceStatus {
  readonly name: string;
  /** With variables and secrets masked. */
  readonly base_url: string;
  readonly state: ServiceState;
  /** Since when it is in this state. */
  readonly since: string;
  /** Why it is not up. Null if it is. */
  readonly reason: string | null;
  /** False while its probes fail (`liveness.*`). */
  readonly live: boolean;
  /** Calls that run now, including waiting ones. */
  readonly in_flight: number;
  readonly last_error: FailedCall | null;
  readonly last_minute: CallFigures;
  readonly last_hour: CallFigures;
  readonly pool: PoolStatus;
  /** Null without a circuit breaker (`breaker.enabled`). */
  readonly breaker: BreakerState | null;
  /** Null if no procedure has `cache = on`. */
  readonly cache: CacheStatus | null;
  /** Null before the first probe. */
  readonly probe: ProbeStatus | null;
  /** True while an alarm is raised. */
  readonly alarm: boolean;
  /** Null for a service that fetches no token. */
  readonly token: TokenStatus | null;
  /** Null for a service without a secret (`auth.secrets.*`). */
  readonly secret: SecretStatus | null;
  /**
   * When its client certificate expires (`tls.certfile`, `auth.fetch.tls.certfile`; the earlier
   * one). Null without one.
   */
  readonly certificate_expires_at: string | null;
}

/** The stored responses of a service. */
export interface CacheStatus {
  /** The number of stored responses. */
  readonly entries: number;
  /** The memory that they take. */
  readonly bytes: number;
  /** `cache.max_size` */
  readonly max_bytes: number;
}

/** The token of a service (`auth.fetch.*`). */
export interface TokenStatus {
  /** The number of callers that have a token of their own. Null if all callers share one. */
  readonly callers: number | null;
  /**
   * Null while there is no token, before the first call or after a failed token request, and if each
   * caller has its own.
   */
  readonly expires_in_seconds: number | null;
  /** Null while there is no token. */
  readonly expires_at: string | null;
}

/** The secret of a service. */
export interface SecretStatus {
  /** `aws_sm`, `file`, `env` or `vault`. */
  readonly provider: string;
  /** Seconds since the last successful read. Null before it. */
  readonly age_seconds: number | null;
  /** When it was last read successfully. Null before it. */
  readonly last_read_at: string | null;
  /** Why the last read failed. Null if it succeeded. */
  readonly cause: string | null;
}

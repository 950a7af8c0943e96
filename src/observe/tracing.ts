import type { CallErrorCode } from '../errors.js';
import type { CacheResult } from './observer.js';

/**
 * The trace context that a caller sends (W3C Trace Context). Nobody has checked the texts.
 */
export interface CallerTrace {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** The facts about the requests of a service in spans. They contain no secret. */
export interface TracedRequests {
  readonly service: string;
  readonly method: string;
  /** `host:port`, with masked variables. */
  readonly host: string;
  /** The path as a template, with masked values of secrets and without a query. */
  readonly path: string | undefined;
}

/** The facts about a procedure in spans. They contain no secret. */
export interface TracedProcedure extends TracedRequests {
  /** The WAMP URI. */
  readonly procedure: string;
  readonly realm: string;
  /** The trace headers that the gateway adds. It adds none that the configuration sets. */
  readonly adds: { readonly traceparent: boolean; readonly tracestate: boolean };
}

/** Continues and records the traces of calls. */
export interface Tracing extends RequestTracer {
  /** Compiles the tracer of one procedure. */
  procedure(procedure: TracedProcedure): CallTracer;
}

/** Begins the traces of the calls of one procedure. */
export interface CallTracer {
  /**
   * @param caller undefined if the caller sends no trace context
   * @param startedAt monotonic milliseconds at which the call arrived
   * @returns undefined if the call has no trace: nobody continues one, and nobody records one
   */
  begin(caller: CallerTrace | undefined, startedAt: number): CallTrace | undefined;
}

/** Begins the span of a request that the gateway itself needs. */
export interface RequestTracer {
  /** Begins a token request. Returns undefined if nobody records it. */
  tokenRequest(request: TracedRequests): RequestTrace | undefined;
}

/** The trace of one call. `responded` or `failed` is called once. */
export interface CallTrace extends RequestTracer {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Begins an attempt: one HTTP request to the upstream, with the redirects that it follows. */
  attempt(): RequestTrace;
  /** The cache has answered the call, or a request on its behalf. Called before `responded`. */
  cached(result: CacheResult): void;
  /** The upstream has responded, and its response is the reply. */
  responded(status: number): void;
  /**
   * The gateway itself has ended the call.
   *
   * @param id the ID of the error, which is in the reply and in the log
   * @param cause for operators. It quotes nothing from a caller or an upstream
   */
  failed(code: CallErrorCode, id: string, cause: string): void;
  /**
   * The router has not taken the reply, because it is too large. Called after `responded`.
   *
   * @param id as in `failed`
   */
  replyTooLarge(id: string, cause: string): void;
}

/**
 * The trace of one HTTP request. One of its methods is called once. For a request that was not sent,
 * none is called, and there is no span.
 */
export interface RequestTrace {
  /** The headers that continue the trace. Flat list: name, value … */
  readonly headers: readonly string[];
  responded(status: number): void;
  failed(code: CallErrorCode): void;
}

import type { NoCredential } from '../../auth/request-credential.js';
import type { Clock } from '../../clock.js';
import { CALL_ERRORS, type CallErrorCode } from '../../errors.js';
import { errorLocation } from '../../log.js';
import { type CallWatch, NO_WATCH, type WatchedCall } from '../../observe/call-watch.js';
import type { ObservedProcedure, Observer } from '../../observe/observer.js';
import { nameOf } from '../../upstream/caller.js';
import { BadRequest, type RunningCall } from './call.js';
import { callErrorReply } from './call-error.js';
import type { CallEnd, CallLog, CallSubject } from './call-log.js';
import type { Reply } from './reply/reply.js';
import { responseOutcome } from './reply/response-outcome.js';
import type { RunningCalls } from './running-calls.js';

/** An error of the gateway itself that ends a call. */
export interface CallFailure {
  readonly code: CallErrorCode;
  /** The number of attempted HTTP requests, including refused connections. */
  readonly attempts: number;
  /** Only for the log. */
  readonly cause: string;
  /** For the caller. Default: the message of the code. */
  readonly message?: string | undefined;
  /** Milliseconds to wait before the next call, if known. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The ways in which a call ends. Each function writes the log line, reports to the observer and
 * returns the caller's reply.
 */
export interface CallEnds {
  fail(call: RunningCall, failure: CallFailure): Reply;
  /** Ends a call after an error was thrown: a mistake of the caller, or a bug in the gateway. */
  failWith(call: RunningCall, error: unknown, attempts: number): Reply;
  failCanceled(call: RunningCall, attempts: number): Reply;
  failWithoutCredential(call: RunningCall, reason: NoCredential, attempts: number): Reply;
  /** Ends a call to which the upstream responded. @param status of the upstream's response */
  reply(call: RunningCall, reply: Reply, status: number, attempts: number): Reply;
}

export interface CallEndsParts {
  readonly subject: CallSubject;
  readonly observed: ObservedProcedure;
  /** Creates the ID of a failure. The caller's error and the log line have the same ID. */
  readonly errorId: () => string;
  readonly callLog: CallLog;
  readonly observer: Observer;
  /** Default: nobody looks at single calls. */
  readonly watch?: CallWatch | undefined;
  readonly clock: Clock;
  /** Counts the running calls of the service. */
  readonly running: Pick<RunningCalls, 'ended'>;
}

/** Compiles the ends of calls of one procedure. */
export function createCallEnds(parts: CallEndsParts): CallEnds {
  const { subject, observed, errorId, callLog, observer, clock, running, watch = NO_WATCH } = parts;

  function endOf(call: RunningCall, end: Omit<CallEnd, 'durationMs' | 'traceId'>): CallEnd {
    const { control, startedAt } = call;
    return {
      ...end,
      traceId: control.trace?.traceId,
      durationMs: Math.round(clock.monotonic() - startedAt),
    };
  }

  /** Shows a call to those who look at single calls. Called only while somebody does. */
  function show(call: RunningCall, end: Pick<WatchedCall, 'outcome' | 'status' | 'attempts' | 'id'>): void {
    watch.callEnded({
      ...end,
      observed,
      authid: nameOf(call.caller),
      durationMs: clock.monotonic() - call.startedAt,
      traceId: call.control.trace?.traceId,
    });
  }

  function fail(call: RunningCall, failure: CallFailure): Reply {
    const { code, attempts, cause, message, retryAfterMs } = failure;
    const id = errorId();
    running.ended();
    call.control.trace?.failed(code, id, cause);
    const end = endOf(call, { id, code, status: CALL_ERRORS[code].status, attempts, cause });
    callLog.failed(subject, end);
    observer.callEnded(observed, code, clock.monotonic() - call.startedAt, attempts, end);
    if (watch.isOn) show(call, { outcome: code, status: end.status, attempts, id });
    return callErrorReply({ code, attempts, id, message, retryAfterMs });
  }

  function failCanceled(call: RunningCall, attempts: number): Reply {
    return call.control.canceledBy === 'gateway'
      ? fail(call, { code: 'down', attempts, cause: 'the gateway stopped before the call had ended' })
      : fail(call, { code: 'canceled', attempts, cause: 'cancelled by the caller' });
  }

  return {
    fail,
    failCanceled,

    failWith(call, error, attempts) {
      if (error instanceof BadRequest) {
        const { message } = error;
        const cause = typeof error.cause === 'string' ? error.cause : 'the kwargs were refused';
        return fail(call, { code: 'bad_request', attempts, cause, message });
      }
      const { error: kind, at = '' } = errorLocation(error);
      return fail(call, { code: 'internal', attempts, cause: `${kind} ${at}` });
    },

    failWithoutCredential(call, { code, cause, retryAfterMs }, attempts) {
      if (code === 'canceled') return failCanceled(call, attempts);
      const message =
        code === 'timeout' ? 'The deadline passed while the call waited for authentication' : undefined;
      return fail(call, { code, attempts, cause, message, retryAfterMs });
    },

    reply(call, reply, status, attempts) {
      running.ended();
      call.control.trace?.responded(status);
      call.onResponse?.(attempts);
      const isFailure = reply.kind === 'error' && reply.status >= 500;
      let end: CallEnd | undefined;
      if (isFailure || callLog.logsResponses) {
        const cause = isFailure ? `the upstream answered ${status}` : undefined;
        end = endOf(call, { id: errorId(), code: undefined, status, attempts, cause });
      }
      const outcome = responseOutcome(reply, status);
      const durationMs = clock.monotonic() - call.startedAt;
      observer.callEnded(observed, outcome, durationMs, attempts, isFailure ? end : undefined);
      if (watch.isOn) show(call, { outcome, status, attempts, id: end?.id });
      if (end !== undefined) {
        if (isFailure) callLog.failed(subject, end);
        else callLog.responded(subject, end);
      }
      return reply;
    },
  };
}

import type { Clock } from '../clock.js';
import type { ProcedureSettings } from '../config/model.js';
import { jsonText } from '../json-text/json-text.js';
import type { CallerTrace } from '../observe/tracing.js';
import type { Turns } from '../turns.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import type { Caller } from '../upstream/caller.js';
import type { InvocationHandler, InvocationOutcome } from '../wamp/client/invocations.js';
import { asDict, type Dict } from '../wamp/payload.js';
import { argsOf } from '../wamp/payload-values.js';
import { CALLER_FORMAT, CALLER_LIBRARY, CALLER_META } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import { TRACEPARENT, TRACESTATE } from '../wamp/trace-context.js';
import { createProgress } from './create-progress.js';
import type { PackJson } from './pipeline/reply/decode-large.js';
import type { Reply } from './pipeline/reply/reply.js';
import { replyToWamp } from './reply-to-wamp.js';
import type { CallableProcedure } from './service.js';

const NO_KWARGS: Dict = Object.freeze({});

/** What interrupts running invocations: a session, or all links to a router. */
export interface Interruptible {
  interruptAll(): void;
}

/** Handles the calls of the gateway's procedures, whatever session or router carries them. */
export interface Callee {
  /** The handler of one procedure, for REGISTER. */
  handlerFor(procedure: CallableProcedure): InvocationHandler;
  /** Writes further replies with other serializers, because their limits have changed. */
  useSerializers(serializers: readonly Serializer[]): void;
  /** From now on, new calls end with the error `down`. */
  refuseNewCalls(): void;
  /** Ends all running calls of these sessions with the error `down`. */
  cancelAll(sessions: Iterable<Interruptible>): void;
  /** The number of calls received so far. */
  readonly callCount: number;
}

export interface CalleeOptions {
  readonly turns: Turns;
  readonly serializers: readonly Serializer[];
  /**
   * The name of the serializer for all calls, if one connection carries all of them. Default: the
   * router in this process names the caller's serializer in each INVOCATION.
   */
  readonly format?: string;
  readonly clock: Clock;
}

/**
 * Runs a pipeline for each invocation. It depends only on WAMP invocations, not on a socket or a
 * router.
 */
export function createCallee({ serializers, format, clock, turns }: CalleeOptions): Callee {
  const formats = new Map<unknown, ReplyFunctions>();
  useSerializers(serializers);
  const fixed = format === undefined ? undefined : (formats.get(format) ?? IN_JSON);
  let draining = false;
  let callCount = 0;
  let canceledBy: 'caller' | 'gateway' = 'caller';

  function useSerializers(all: readonly Serializer[]): void {
    for (const serializer of all) formats.set(serializer.name, replyFunctionsFor(serializer));
  }

  function handlerFor(procedure: CallableProcedure): InvocationHandler {
    const { pipeline, deadlineMs } = procedure;
    const readCaller = procedure.usesCallerMeta ? callerWithMeta : callerOf;
    const { realm, result, method } = procedure.config.settings;
    // Only safe requests end with the session (RFC 9110 §9.2.1). Closing the connection of a POST
    // would not undo the POST. A stream ends in any case, because nobody reads it.
    const isSafe = method === 'get' || method === 'head';

    return (invocation) => {
      const { details } = invocation;
      const startedAt = clock.monotonic();
      callCount++;
      const { pack, inArgs, inKwargs } = fixed ?? formats.get(details[CALLER_FORMAT]) ?? IN_JSON;
      const kwargs = invocation.kwargs ?? NO_KWARGS;
      const caller = readCaller(realm, details);
      const control = createCallControl(startedAt + callDeadlineMs(details, deadlineMs), kwargs, caller);
      const write = wantsArgs(result, details) ? inArgs : inKwargs;
      const progress = createProgress(invocation, { control, write, turns });
      invocation.subject = control;
      invocation.onInterrupt = (mode) => {
        if (isSafe || mode !== 'lost' || progress?.isOpenEnded === true) cancelCall(control, canceledBy);
      };
      return pipeline({
        args: argsOf(invocation),
        kwargs,
        caller,
        control,
        startedAt,
        pack,
        draining,
        callerTrace: callerTraceOf(details),
        progress,
      }).then(write);
    };
  }

  return {
    handlerFor,
    useSerializers,

    refuseNewCalls() {
      draining = true;
    },

    cancelAll(sessions) {
      canceledBy = 'gateway';
      for (const session of sessions) session.interruptAll();
      canceledBy = 'caller';
    },

    get callCount() {
      return callCount;
    },
  };
}

/**
 * Functions for the responses to callers of one format. They are created once, so that calls create
 * none.
 */
interface ReplyFunctions {
  /** Packs large responses in advance. Undefined for a format that needs no packing. */
  readonly pack: PackJson | undefined;
  readonly inArgs: (reply: Reply) => InvocationOutcome;
  readonly inKwargs: (reply: Reply) => InvocationOutcome;
}

function replyFunctionsFor(serializer: Serializer | undefined): ReplyFunctions {
  const packing = serializer?.packing;
  return {
    pack: packing && ((json) => packing.packInSteps(jsonText('', json))),
    inArgs: (reply) => replyToWamp(reply, true, serializer),
    inKwargs: (reply) => replyToWamp(reply, false, serializer),
  };
}
const IN_JSON = replyFunctionsFor(undefined);

/**
 * Whether the result is one positional dictionary. autobahn|python wraps the kwargs of a result in
 * an object of its own. It passes a positional dictionary on unchanged, as its users expect.
 */
function wantsArgs(result: ProcedureSettings['result'], details: Dict): boolean {
  if (result === 'auto') return details[CALLER_LIBRARY] === 'autobahn-python';
  return result === 'args';
}

/**
 * Returns the deadline of a call. The timeout in the CALL can only shorten it. 0 means no timeout
 * (WAMP, Call Timeouts).
 */
function callDeadlineMs(details: Dict, deadlineMs: number): number {
  const { timeout } = details;
  return typeof timeout === 'number' && timeout > 0 ? Math.min(timeout, deadlineMs) : deadlineMs;
}

function callerTraceOf(details: Dict): CallerTrace | undefined {
  const traceparent = details[TRACEPARENT];
  if (typeof traceparent !== 'string') return undefined;
  const tracestate = details[TRACESTATE];
  return { traceparent, tracestate: typeof tracestate === 'string' ? tracestate : undefined };
}

function callerOf(realm: string, details: Dict): Caller {
  return {
    realm,
    session: typeof details.caller === 'number' ? details.caller : undefined,
    authid: typeof details.caller_authid === 'string' ? details.caller_authid : undefined,
    authrole: typeof details.caller_authrole === 'string' ? details.caller_authrole : undefined,
  };
}

function callerWithMeta(realm: string, details: Dict): Caller {
  return { ...callerOf(realm, details), meta: asDict(details[CALLER_META]) };
}

import type { Clock } from '../clock.js';
import type { ProcedureSettings } from '../config/model.js';
import { jsonText } from '../json-text/json-text.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import type { InvocationHandler, InvocationOutcome } from '../wamp/client/invocations.js';
import type { Session } from '../wamp/client/session.js';
import type { Dict } from '../wamp/payload.js';
import { argsOf } from '../wamp/payload-values.js';
import { CALLER_FORMAT, CALLER_LIBRARY } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Caller } from './pipeline/call.js';
import type { PackJson } from './pipeline/decode-large.js';
import type { Reply } from './pipeline/reply.js';
import { replyToWamp } from './reply-to-wamp.js';
import type { CallableProcedure } from './service.js';

const NO_KWARGS: Dict = Object.freeze({});

/** Registers the gateway's procedures on one realm of any router, and handles their calls. */
export interface Callee {
  /** Registers every procedure. Rejects if a registration fails. */
  register(procedures: readonly CallableProcedure[]): Promise<void>;
  /** Ends new calls with the error `down`. Resolves when the running calls have ended. */
  drain(): Promise<void>;
  /** Ends all running calls with the error `down`. */
  cancelAll(): void;
  /** The number of calls received so far. */
  readonly callCount: number;
}

/**
 * Runs a pipeline for each invocation. Depends only on the WAMP session, not on socket or router.
 */
export function createCallee(session: Session, serializers: readonly Serializer[], clock: Clock): Callee {
  const formats = new Map<unknown, ReplyFunctions>(
    serializers.map((serializer) => [serializer.name, replyFunctionsFor(serializer)]),
  );
  let draining = false;
  let callCount = 0;
  let canceledBy: 'caller' | 'gateway' = 'caller';

  function handlerFor(procedure: CallableProcedure): InvocationHandler {
    const { pipeline, deadlineMs } = procedure;
    const { result } = procedure.config.settings;

    return (invocation) => {
      const { details } = invocation;
      const startedAt = clock.monotonic();
      callCount++;
      const { pack, inArgs, inKwargs } = formats.get(details[CALLER_FORMAT]) ?? IN_JSON;
      const kwargs = invocation.kwargs ?? NO_KWARGS;
      const control = createCallControl(
        startedAt + callDeadlineMs(details, deadlineMs),
        kwargs,
        details.caller,
      );
      invocation.onInterrupt = () => cancelCall(control, canceledBy);
      return pipeline({
        args: argsOf(invocation),
        kwargs,
        caller: callerOf(details),
        control,
        startedAt,
        pack,
        draining,
      }).then(wantsArgs(result, details) ? inArgs : inKwargs);
    };
  }

  return {
    async register(procedures) {
      await Promise.all(
        procedures.map((procedure) =>
          session.register(
            procedure.config.settings.uri,
            { forward_timeout: true, disclose_caller: true },
            handlerFor(procedure),
          ),
        ),
      );
    },

    drain() {
      draining = true;
      return session.idle();
    },

    cancelAll() {
      canceledBy = 'gateway';
      session.interruptAll();
      canceledBy = 'caller';
    },

    get callCount() {
      return callCount;
    },
  };
}

/**
 * Functions for the responses to callers of one format. Created once, so that no call creates any.
 */
interface ReplyFunctions {
  /** Undefined if large responses are not packed in advance. */
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
 * an object of its own, but passes a positional dictionary on as it is, which its users expect.
 */
function wantsArgs(result: ProcedureSettings['result'], details: Dict): boolean {
  if (result === 'auto') return details[CALLER_LIBRARY] === 'autobahn-python';
  return result === 'args';
}

/**
 * The timeout of the CALL can only shorten the deadline. 0 means no timeout (WAMP, Call Timeouts).
 */
function callDeadlineMs(details: Dict, deadlineMs: number): number {
  const { timeout } = details;
  return typeof timeout === 'number' && timeout > 0 ? Math.min(timeout, deadlineMs) : deadlineMs;
}

function callerOf(details: Dict): Caller {
  return {
    session: typeof details.caller === 'number' ? details.caller : undefined,
    authid: typeof details.caller_authid === 'string' ? details.caller_authid : undefined,
    authrole: typeof details.caller_authrole === 'string' ? details.caller_authrole : undefined,
  };
}

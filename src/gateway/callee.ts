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

/** The gateway's procedures on one realm, wherever that realm's router is. */
export interface Callee {
  /** Registers every procedure; rejects with the first registration that fails. */
  register(procedures: readonly CallableProcedure[]): Promise<void>;
  /** From now on calls are answered with the error `down`. Resolves when the running ones have ended. */
  drain(): Promise<void>;
  /** Ends what still runs, with the error `down`. */
  cancelAll(): void;
  /** Calls that have come so far. */
  readonly callCount: number;
}

/** Answers invocations by running pipelines. It sees a WAMP session, and never a socket or a router. */
export function createCallee(session: Session, serializers: readonly Serializer[], clock: Clock): Callee {
  const formats = new Map<unknown, Answering>(
    serializers.map((serializer) => [serializer.name, answeringIn(serializer)]),
  );
  let draining = false;
  let callCount = 0;
  let canceledBy: 'caller' | 'gateway' = 'caller';

  function handlerFor(procedure: CallableProcedure): InvocationHandler {
    const { pipeline, deadlineMs } = procedure;
    const { result } = procedure.config.settings;

    return (invocation) => {
      const { details } = invocation;
      const begunAt = clock.monotonic();
      callCount++;
      const { pack, inArgs, inKwargs } = formats.get(details[CALLER_FORMAT]) ?? IN_JSON;
      const kwargs = invocation.kwargs ?? NO_KWARGS;
      const control = createCallControl(
        begunAt + callDeadlineMs(details, deadlineMs),
        kwargs,
        details.caller,
      );
      invocation.onInterrupt = () => cancelCall(control, canceledBy);
      return pipeline({
        args: argsOf(invocation),
        kwargs,
        caller: callerOf(details),
        control,
        begunAt,
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

/** How callers of one format are answered. Made once, so that a call makes no closure. */
interface Answering {
  /** Undefined where large answers need no writing beforehand. */
  readonly pack: PackJson | undefined;
  readonly inArgs: (reply: Reply) => InvocationOutcome;
  readonly inKwargs: (reply: Reply) => InvocationOutcome;
}

function answeringIn(serializer: Serializer | undefined): Answering {
  const packing = serializer?.packing;
  return {
    pack: packing && ((json) => packing.packInSteps(jsonText('', json))),
    inArgs: (reply) => replyToWamp(reply, true, serializer),
    inKwargs: (reply) => replyToWamp(reply, false, serializer),
  };
}
const IN_JSON = answeringIn(undefined);

/**
 * autobahn|python hands a result's kwargs over as an object of its own, and one positional dictionary as that dictionary,
 * which is what its users expect.
 */
function wantsArgs(result: ProcedureSettings['result'], details: Dict): boolean {
  if (result === 'auto') return details[CALLER_LIBRARY] === 'autobahn-python';
  return result === 'args';
}

/** The CALL's own timeout makes the deadline shorter and never longer; 0 means none (WAMP, Call Timeouts). */
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

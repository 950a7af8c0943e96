import { RequestTable } from '../../collections/request-table.js';
import { errorLocation, type Logger } from '../../log.js';
import { type InvocationMessage, MESSAGE } from '../messages.js';
import type { Outlet } from '../outlet.js';
import type { Dict, Payload } from '../payload.js';
import type { Peer, SendOutcome } from '../peer.js';
import { ERROR_URI } from '../uris.js';

/** One call of a registered procedure, for its handler. */
export interface Invocation {
  /** The called procedure. For a pattern registration, it is the URI from the call. */
  readonly procedure: string;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  /**
   * Details from the router: caller, caller_authid and caller_authrole (if disclosed), timeout in
   * ms (if forwarded).
   */
  readonly details: Dict;
  /**
   * The handler may set this function. It is called once at most. The handler may still return an
   * outcome; it is discarded if nobody waits for it.
   */
  onInterrupt: ((mode: InterruptMode) => void) | undefined;
  /** The handler may set it, for {@link ReplyRules.tooLarge}. */
  subject: InvocationSubject | undefined;
  /**
   * Sends a progressive result. Returns `closed` after the final result. Absent if the caller does
   * not want progressive results.
   */
  readonly progress: ((part: Payload) => SendOutcome) | undefined;
  /** How fast the router reads progressive results. Absent if it is in this process. */
  readonly outlet: Outlet | undefined;
}

/** What a handler knows of a call beside its outcome. */
export interface InvocationSubject {
  /** Undefined if the call has no trace. */
  readonly trace: ReplyTrace | undefined;
}

/** The trace of a call whose reply is not sent. */
export interface ReplyTrace {
  readonly traceId: string;
  replyTooLarge(id: string, cause: string): void;
}

/**
 * Why an invocation is interrupted. `kill` and `killnowait`: the caller cancels the call or leaves
 * (WAMP, Call Canceling). `lost`: the session has ended, so that no outcome reaches the caller.
 */
export type InterruptMode = 'kill' | 'killnowait' | 'lost';

export type InvocationOutcome =
  | { readonly kind: 'result'; readonly payload: Payload }
  | { readonly kind: 'error'; readonly uri: string; readonly payload: Payload };

/**
 * Handles an invocation. If it throws, the caller gets `wamp.error.runtime_error` without details.
 */
export type InvocationHandler = (invocation: Invocation) => Promise<InvocationOutcome>;

interface Registered {
  readonly procedure: string;
  readonly invoke: InvocationHandler;
}

/** The registrations of a callee, and its running invocations. */
export interface Invocations {
  add(registration: number, procedure: string, invoke: InvocationHandler): void;
  remove(registration: number): void;
  find(registration: number): Registered | undefined;
  begin(request: number, invocation: Invocation): void;
  end(request: number): void;
  interrupt(request: number, mode: unknown): void;
  interruptAll(mode: InterruptMode): void;
  /** Must be called after the reply to an invocation was sent. */
  answered(): void;
  /** Resolves when no invocation runs and all replies were sent. */
  idle(): Promise<void>;
}

export function createInvocations(): Invocations {
  const registered = new Map<number, Registered>();
  const running = new RequestTable<Invocation>();
  let whenIdle: (() => void)[] = [];
  function interrupt(request: number, mode: InterruptMode): void {
    const invocation = running.get(request);
    const action = invocation?.onInterrupt;
    if (invocation === undefined || action === undefined) return;
    invocation.onInterrupt = undefined;
    action(mode);
  }
  return {
    add: (registration, procedure, invoke) => void registered.set(registration, { procedure, invoke }),
    remove: (registration) => void registered.delete(registration),
    find: (registration) => registered.get(registration),
    begin: (request, invocation) => void running.set(request, invocation),
    end: (request) => void running.delete(request),
    interrupt: (request, mode) => interrupt(request, mode === 'kill' ? 'kill' : 'killnowait'),
    interruptAll(mode) {
      for (const request of running.keys()) interrupt(request, mode);
    },
    answered() {
      if (running.size > 0 || whenIdle.length === 0) return;
      const waiting = whenIdle;
      whenIdle = [];
      for (const resolve of waiting) resolve();
    },
    idle() {
      if (running.size === 0) return Promise.resolve();
      return new Promise((resolve) => void whenIdle.push(resolve));
    },
  };
}

/** What a program may decide about replies that do not reach the router. */
export interface ReplyRules {
  /**
   * Makes the ERROR for a reply whose frame is larger than the router accepts, and logs it.
   * Default: `wamp.error.payload_size_exceeded` with one sentence.
   */
  readonly tooLarge?: (
    procedure: string,
    trace: ReplyTrace | undefined,
  ) => Omit<InvocationOutcome & { kind: 'error' }, 'kind'>;
  /**
   * Called for each INVOCATION that exceeds the limits of decoding. Its caller gets
   * `wamp.error.invalid_argument`. Default: nothing.
   */
  readonly onTooComplex?: (request: number, cause: string) => void;
  /** Called for each reply that is dropped, because the session has ended. Default: nothing. */
  readonly onDropped?: (procedure: string, request: number) => void;
}

/** Runs the handler and sends exactly one YIELD or ERROR at the end. Never throws or rejects. */
export async function answerInvocation(
  peer: Peer,
  invocations: Invocations,
  message: InvocationMessage,
  log: Logger,
  rules: ReplyRules,
): Promise<void> {
  const target = invocations.find(message.registration);
  if (target === undefined) {
    // The router sent this INVOCATION before it got UNREGISTER.
    sendError(peer, message.request, ERROR_URI.noSuchProcedure, { args: ['the procedure was unregistered'] });
    return;
  }
  const { args, kwargs } = message.payload;
  let answered = false;
  const sendPart = (payload: Payload): SendOutcome =>
    answered
      ? 'closed'
      : peer.send({ type: MESSAGE.YIELD, request: message.request, options: { progress: true }, payload });
  const { procedure } = message.details;
  const invocation: Invocation = {
    procedure: typeof procedure === 'string' ? procedure : target.procedure,
    args,
    kwargs,
    details: message.details,
    onInterrupt: undefined,
    subject: undefined,
    progress: message.details['receive_progress'] === true ? sendPart : undefined,
    outlet: peer.outlet,
  };
  invocations.begin(message.request, invocation);
  let outcome: InvocationOutcome;
  try {
    outcome = await target.invoke(invocation);
  } catch (error) {
    log.error({ procedure: target.procedure, ...errorLocation(error) }, 'a procedure handler threw an error');
    outcome = { kind: 'error', uri: ERROR_URI.runtimeError, payload: {} };
  }
  invocations.end(message.request);
  answered = true;
  const sent =
    outcome.kind === 'result'
      ? peer.send({ type: MESSAGE.YIELD, request: message.request, options: {}, payload: outcome.payload })
      : sendError(peer, message.request, outcome.uri, outcome.payload);
  if (sent === 'closed') rules.onDropped?.(target.procedure, message.request);
  else if (sent !== 'sent')
    sendInstead(peer, message.request, target.procedure, sent, invocation, rules, log);
  invocations.answered();
}

function sendInstead(
  peer: Peer,
  request: number,
  procedure: string,
  outcome: SendOutcome,
  { subject }: Invocation,
  rules: ReplyRules,
  log: Logger,
): void {
  const isTooLarge = outcome === 'too_large';
  const ownError = isTooLarge ? rules.tooLarge?.(procedure, subject?.trace) : undefined;
  if (ownError !== undefined) {
    sendError(peer, request, ownError.uri, ownError.payload);
    return;
  }
  log.warn({ procedure, outcome }, 'a result could not be sent; an error was sent instead');
  const uri = isTooLarge ? ERROR_URI.payloadSizeExceeded : ERROR_URI.runtimeError;
  sendError(peer, request, uri, { args: ['the result cannot be sent to the router'] });
}

/** ERROR for an INVOCATION. */
export function sendError(peer: Peer, request: number, uri: string, payload: Payload): SendOutcome {
  return peer.send({
    type: MESSAGE.ERROR,
    requestType: MESSAGE.INVOCATION,
    request,
    details: {},
    uri,
    payload,
  });
}

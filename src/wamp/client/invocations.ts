import { RequestTable } from '../../collections/request-table.js';
import { errorLocation, type Logger } from '../../log.js';
import { type InvocationMessage, MESSAGE } from '../messages.js';
import type { Dict, Payload } from '../payload.js';
import type { Peer, SendOutcome } from '../peer.js';
import { ERROR_URI } from '../uris.js';

/** One call of a registered procedure, as its handler sees it. */
export interface Invocation {
  /** The one that was called, where the registration is of a pattern. */
  readonly procedure: string;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  /** From the router: caller, caller_authid, caller_authrole (where disclosed), timeout in ms (where forwarded). */
  readonly details: Dict;
  /**
   * A slot that the handler may fill: called once with `kill` or `killnowait` when the caller wants no answer any more,
   * or is gone, or the session is. An answer is still taken then, and dropped where nobody waits for it.
   */
  onInterrupt: ((mode: string) => void) | undefined;
  /** Sends a part of the result; absent where the caller takes none. `closed` after the answer, which ends the call. */
  readonly progress: ((part: Payload) => SendOutcome) | undefined;
}

export type InvocationOutcome =
  | { readonly kind: 'result'; readonly payload: Payload }
  | { readonly kind: 'error'; readonly uri: string; readonly payload: Payload };

/** Answers an invocation. One that throws is answered with `wamp.error.runtime_error`, without details. */
export type InvocationHandler = (invocation: Invocation) => Promise<InvocationOutcome>;

interface Registered {
  readonly procedure: string;
  readonly invoke: InvocationHandler;
}

/** A callee's own books: what it registered, and what is being answered. */
export interface Invocations {
  add(registration: number, procedure: string, invoke: InvocationHandler): void;
  remove(registration: number): void;
  find(registration: number): Registered | undefined;
  begin(request: number, invocation: Invocation): void;
  end(request: number): void;
  interrupt(request: number, mode: unknown): void;
  interruptAll(): void;
  /** An answer has been sent, whatever it is. */
  answered(): void;
  /** Resolves when all that runs has been answered. */
  idle(): Promise<void>;
}

export function createInvocations(): Invocations {
  const registered = new Map<number, Registered>();
  const running = new RequestTable<Invocation>();
  let whenIdle: (() => void)[] = [];
  function interrupt(request: number, mode: unknown): void {
    const invocation = running.get(request);
    const action = invocation?.onInterrupt;
    if (invocation === undefined || action === undefined) return;
    invocation.onInterrupt = undefined;
    action(mode === 'kill' ? 'kill' : 'killnowait');
  }
  return {
    add: (registration, procedure, invoke) => void registered.set(registration, { procedure, invoke }),
    remove: (registration) => void registered.delete(registration),
    find: (registration) => registered.get(registration),
    begin: (request, invocation) => void running.set(request, invocation),
    end: (request) => void running.delete(request),
    interrupt,
    interruptAll() {
      for (const request of running.keys()) interrupt(request, 'killnowait');
    },
    answered() {
      if (running.size > 0 || whenIdle.length === 0) return;
      const waiting = whenIdle;
      whenIdle = [];
      for (const tell of waiting) tell();
    },
    idle() {
      if (running.size === 0) return Promise.resolve();
      return new Promise((resolve) => void whenIdle.push(resolve));
    },
  };
}

/** Runs the handler and sends its answer; always sends one. Never throws or rejects. */
export async function answerInvocation(
  peer: Peer,
  invocations: Invocations,
  message: InvocationMessage,
  log: Logger,
): Promise<void> {
  const target = invocations.find(message.registration);
  if (target === undefined) {
    // UNREGISTER and this INVOCATION crossed on the way.
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
    progress: message.details['receive_progress'] === true ? sendPart : undefined,
  };
  invocations.begin(message.request, invocation);
  let outcome: InvocationOutcome;
  try {
    outcome = await target.invoke(invocation);
  } catch (error) {
    log.error(
      { procedure: target.procedure, ...errorLocation(error) },
      'a procedure failed without an answer of its own',
    );
    outcome = { kind: 'error', uri: ERROR_URI.runtimeError, payload: {} };
  }
  invocations.end(message.request);
  answered = true;
  const sent =
    outcome.kind === 'result'
      ? peer.send({ type: MESSAGE.YIELD, request: message.request, options: {}, payload: outcome.payload })
      : sendError(peer, message.request, outcome.uri, outcome.payload);
  if (sent !== 'sent' && sent !== 'closed') {
    log.warn(
      { procedure: target.procedure, outcome: sent },
      'an answer could not be sent; an error went instead',
    );
    const uri = sent === 'too_large' ? ERROR_URI.payloadSizeExceeded : ERROR_URI.runtimeError;
    sendError(peer, message.request, uri, { args: ['the answer cannot be sent to the router'] });
  }
  invocations.answered();
}

function sendError(peer: Peer, request: number, uri: string, payload: Payload): SendOutcome {
  return peer.send({
    type: MESSAGE.ERROR,
    requestType: MESSAGE.INVOCATION,
    request,
    details: {},
    uri,
    payload,
  });
}

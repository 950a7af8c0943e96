import type { Clock } from '../clock.js';
import { errorLocation, type Logger } from '../log.js';
import type { SummedLog } from '../summed-log.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { type Hello, MESSAGE, type Message, messageName } from '../wamp/messages.js';
import { type Dict, NOTHING } from '../wamp/payload.js';
import type { Attachment, ConnectionInfo, Peer, SendOutcome } from '../wamp/peer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { announcesRole } from './access/admission.js';
import type { Admission, Challenged, Refusal, Step } from './auth/steps.js';
import { createHandshake, type Handshake } from './handshake.js';
import { createInOrder } from './message-queue.js';
import type { RouterLimits, Session } from './model.js';
import type { Realm } from './realm.js';
import { shrinkingDetails } from './welcome.js';

/** How long GOODBYE from the router waits for its echo, in milliseconds. */
const GOODBYE_WAIT_MS = 500;

/** What checking an answer may take beyond the handshake timeout: an authenticator has as long, and its failure says more. */
const CHECK_MARGIN_MS = 1000;

/** Why a handshake's work is given up. Without a reason each abort would make one of its own, with its stack: as long as a HELLO. */
const OVER = new Error('the handshake is over');

/** What a client is told whose HELLO cannot be answered as it should be: who hears nothing waits for ever. */
const UNANSWERABLE: Readonly<Partial<Record<SendOutcome, Refusal>>> = {
  // An authenticator's `extra` can be such, for instance.
  unencodable: {
    uri: ERROR_URI.runtimeError,
    message: 'what the login brought cannot be written for this client',
  },
  too_large: {
    uri: ERROR_URI.payloadSizeExceeded,
    message: 'the answer to HELLO is larger than the longest message that you take',
  },
};

/** A session and the realm it is in. */
export interface Joined {
  readonly session: Session;
  readonly realm: Realm;
  /** Takes the session out of the realm, with all that it left there. */
  readonly leave: () => void;
}

/** A session that has just been made. */
export interface Entered {
  readonly joined: Joined;
  /** Details of its WELCOME. */
  readonly welcome: Dict;
}

/** A client at the door of a realm. */
export interface Entry {
  /** What it has to show first. */
  readonly step: Step | Promise<Step>;
  /** Makes the session and enters it into the realm, or says why not. */
  readonly join: (admission: Admission) => Entered | Refusal;
}

export interface ConnectionContext {
  readonly clock: Clock;
  readonly log: Logger;
  /** For what clients cause: any number of them may do the same. */
  readonly summedLog: SummedLog;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
  /**
   * Looks at who wants to join, or says why nobody can.
   *
   * @param signal aborted when the client has gone, or its handshake is over
   */
  readonly enter: (hello: Hello, peer: Peer, info: ConnectionInfo, signal: AbortSignal) => Entry | Refusal;
  /** The connection is closed: it may be forgotten. */
  readonly onClosed: () => void;
}

type State =
  | { readonly name: 'expecting HELLO' }
  /** HELLO has come; the client is being authenticated. */
  | { readonly name: 'authenticating'; readonly handshake: Handshake }
  | { readonly name: 'joined'; readonly joined: Joined }
  /** GOODBYE was sent; its echo is awaited, all else is ignored. */
  | { readonly name: 'closing' }
  | { readonly name: 'closed' };

/**
 * The router's end of one connection: handshake, then the session's messages to dealer and broker, then goodbye.
 * After the client's GOODBYE the connection may carry another session (WAMP "Session Closing").
 */
export function createConnection(peer: Peer, info: ConnectionInfo, context: ConnectionContext): Attachment {
  const { clock, log, summedLog } = context;
  let state: State = { name: 'expecting HELLO' };
  let timer: (() => void) | undefined;

  /** Forgets it too: it would be kept as long as the connection. */
  function stopTimer(): void {
    timer?.();
    timer = undefined;
  }

  function limitHandshake(timeout: number): void {
    stopTimer();
    if (info.handshakeTimeout === 0) return;
    timer = clock.after(Math.max(timeout, 0), () => {
      abort(
        state.name === 'authenticating'
          ? {
              uri: ERROR_URI.authenticationFailed,
              message: 'the login took longer than the handshake timeout',
            }
          : { uri: ERROR_URI.protocolViolation, message: 'no HELLO within the handshake timeout' },
      );
    });
  }

  /** Leaves the realm, whatever the state. Nothing of the session is sent after this. */
  function moveTo(next: State): void {
    stopTimer();
    const before = state;
    state = next;
    if (before.name === 'authenticating') before.handshake.end();
    if (before.name !== 'joined') return;
    before.joined.leave();
    log.debug({ session: before.joined.session.id, realm: before.joined.realm.name }, 'a session left');
  }

  function abort(refusal: Refusal): void {
    moveTo({ name: 'closed' });
    // Three elements, with the text in details: a longer ABORT is a protocol violation to autobahn|python.
    const abort = {
      type: MESSAGE.ABORT,
      details: { message: refusal.message },
      reason: refusal.uri,
    } as const;
    // To a client that takes little the sentence may be too long.
    if (peer.send(abort) === 'too_large') peer.send({ ...abort, details: NOTHING });
    peer.close(refusal.uri === ERROR_URI.protocolViolation ? 'protocol_violation' : 'normal');
  }

  function onViolation(sentence: string): void {
    if (state.name === 'closed') return;
    const session = state.name === 'joined' ? state.joined.session.id : undefined;
    summedLog.info({ transport: info.transport, violation: sentence }, 'a client broke the protocol', {
      session,
    });
    abort({ uri: ERROR_URI.protocolViolation, message: sentence });
  }

  function onHello(message: Message): void {
    if (message.type === MESSAGE.ABORT) {
      // A client may give up before it has joined; ABORT is never answered.
      moveTo({ name: 'closed' });
      peer.close('normal');
    } else if (message.type !== MESSAGE.HELLO) {
      onViolation(`${messageName(message.type)} before HELLO`);
    } else if (!announcesRole(message.details)) {
      onViolation('HELLO: roles must name a client role');
    } else {
      enter(message);
    }
  }

  function enter(hello: Hello): void {
    const whenOver = new AbortController();
    const entry = context.enter(hello, peer, info, whenOver.signal);
    if ('uri' in entry) {
      turnAway(entry);
      return;
    }
    const handshake = createHandshake({
      clock,
      challenge: sendChallenge,
      admit: (admission) => welcome(entry.join(admission)),
      refuse: turnAway,
      violate: onViolation,
      fail: (error) => onError(MESSAGE.HELLO, error),
      answered: () => limitHandshake(info.handshakeTimeout + CHECK_MARGIN_MS),
      decided: stopTimer,
      over: () => whenOver.abort(OVER),
    });
    // The timer runs on: a client has so long for all that it sends before WELCOME. Checking its answer may take as long
    // again, its wait for a turn included.
    state = { name: 'authenticating', handshake };
    handshake.begin(entry.step);
  }

  function sendChallenge({ method, extra }: Challenged): void {
    const refusal = UNANSWERABLE[peer.send({ type: MESSAGE.CHALLENGE, method, extra })];
    if (refusal !== undefined) turnAway(refusal);
  }

  function turnAway(refusal: Refusal): void {
    summedLog.info({ transport: info.transport, reason: refusal.uri }, 'a client was turned away');
    abort(refusal);
  }

  function welcome(entered: Entered | Refusal): void {
    if ('uri' in entered) {
      turnAway(entered);
      return;
    }
    const { joined, welcome: details } = entered;
    moveTo({ name: 'joined', joined });
    info.onJoined?.(true);
    const { session, realm } = joined;
    session.kill = dismiss;
    log.debug({ session: session.id, realm: realm.name, transport: info.transport }, 'a session joined');
    let refusal: Refusal | undefined;
    for (const fewer of shrinkingDetails(details)) {
      const outcome = peer.send({ type: MESSAGE.WELCOME, session: session.id, details: fewer });
      refusal = UNANSWERABLE[outcome];
      if (outcome !== 'too_large') break;
    }
    if (refusal !== undefined) turnAway(refusal);
    realm.announceJoin(session);
  }

  function sayGoodbye(): void {
    const isLast = state.name === 'closed';
    // Last: in the same process the client closes before send returns.
    peer.send({ type: MESSAGE.GOODBYE, details: NOTHING, reason: CLOSE_URI.goodbyeAndOut });
    if (isLast) peer.close('normal');
  }

  function onSessionMessage({ session, realm }: Joined, message: Message): Promise<void> | undefined {
    switch (message.type) {
      case MESSAGE.GOODBYE:
        moveTo({ name: 'expecting HELLO' });
        if (info.onJoined?.(false) === false) moveTo({ name: 'closed' });
        else limitHandshake(info.handshakeTimeout);
        sayGoodbye();
        return;
      case MESSAGE.ABORT:
        moveTo({ name: 'closed' });
        peer.close('normal');
        return;
      default:
        return realm.receive(session, message);
    }
  }

  function onError(messageType: number, error: unknown): void {
    if (error instanceof ProtocolViolation) {
      onViolation(error.message);
      return;
    }
    // A bug of ours: it costs this client its session, and nobody else anything.
    summedLog.error(
      { message: messageName(messageType), ...errorLocation(error) },
      'a message could not be handled',
    );
    abort({ uri: ERROR_URI.runtimeError, message: 'the router failed; this is logged there' });
  }

  function onStateMessage(message: Message): Promise<void> | undefined {
    switch (state.name) {
      case 'joined':
        return onSessionMessage(state.joined, message);
      case 'expecting HELLO':
        onHello(message);
        return;
      case 'authenticating':
        if (message.type === MESSAGE.ABORT) {
          moveTo({ name: 'closed' });
          peer.close('normal');
        } else {
          state.handshake.onMessage(message);
        }
        return;
      case 'closing':
        if (message.type === MESSAGE.GOODBYE || message.type === MESSAGE.ABORT) {
          moveTo({ name: 'closed' });
          peer.close('normal');
        }
        return;
      case 'closed':
        return;
    }
  }

  /**
   * A callee's answers need nobody's leave. If they waited behind its own requests, a session that decides what others may
   * do, or whom the one that does calls, would wait for itself, and the realm with it. In a session that is being closed
   * nothing is done any more, and GOODBYE need not wait for what would have been.
   */
  function overtakes({ type }: Message): boolean {
    return type === MESSAGE.YIELD || type === MESSAGE.ERROR || state.name === 'closing';
  }

  function dismiss(reason: string, message?: string): void {
    if (state.name === 'closing' || state.name === 'closed') return;
    if (state.name === 'expecting HELLO' || state.name === 'authenticating') {
      abort({ uri: reason, message: message ?? 'the router is closing' });
      return;
    }
    moveTo({ name: 'closing' });
    // The timer first: in the same process the echo comes before send returns.
    timer = clock.after(GOODBYE_WAIT_MS, () => {
      moveTo({ name: 'closed' });
      peer.close('going_away');
    });
    const details = message === undefined ? NOTHING : { message };
    const outcome = peer.send({ type: MESSAGE.GOODBYE, details, reason });
    // A message that cannot be written for this client is no reason to leave it without its GOODBYE.
    if (outcome === 'unencodable' || outcome === 'too_large')
      peer.send({ type: MESSAGE.GOODBYE, details: NOTHING, reason });
  }

  peer.listen({
    onMessage: createInOrder({
      handle: onStateMessage,
      onFault: ({ type }, error) => onError(type, error),
      overtakes,
      onWaiting(message) {
        if (state.name === 'joined') state.joined.realm.delay(state.joined.session, message);
      },
      onOverflow(key) {
        const sentence = `too many messages wait to be authorized (${key})`;
        abort({ uri: ERROR_URI.tooManyRequests, message: sentence });
      },
      budget: () => (state.name === 'joined' ? state.joined.realm.waiting : undefined),
      limits: context.limits,
    }),
    onViolation,
    onClose() {
      moveTo({ name: 'closed' });
      context.onClosed();
    },
  });
  // A peer in this process may have sent HELLO already, or be closed: listen told of it.
  if (state.name === 'expecting HELLO') limitHandshake(info.handshakeTimeout - info.handshakeElapsed);

  return { dismiss };
}

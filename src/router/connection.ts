import type { Clock } from '../clock.js';
import { errorLocation, type Logger } from '../log.js';
import type { SummedLog } from '../summed-log.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { type Hello, MESSAGE, type Message, messageName } from '../wamp/messages.js';
import { type Dict, NOTHING } from '../wamp/payload.js';
import type { Attachment, ConnectionInfo, Peer, SendOutcome } from '../wamp/peer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { announcesRole } from './access/admission.js';
import type { Admission, Challenged, Refused, Step } from './auth/steps.js';
import { createHandshake, type Handshake } from './handshake.js';
import { createMessageQueue } from './message-queue.js';
import type { RouterLimits, Session } from './model.js';
import type { Realm } from './realm.js';
import type { Refusal } from './refusals.js';
import { shrinkingDetails } from './welcome.js';

/** How long the router waits for the reply to its GOODBYE, in milliseconds. */
const GOODBYE_WAIT_MS = 500;

/**
 * The check of a login may take the handshake timeout and this many milliseconds more. The
 * authenticator may use the whole handshake timeout. Its own error is more precise than the error
 * of this timer, so it must come first.
 */
const CHECK_MARGIN_MS = 1000;

/**
 * The reason with which a handshake's signal is aborted. It is one shared object. Without a reason,
 * each abort would create an error, and the stack of that error keeps the whole HELLO in memory.
 */
const OVER = new Error('the handshake is over');

/**
 * Refusals for a client that cannot receive its CHALLENGE or WELCOME. Without them the client would
 * wait forever.
 */
const UNANSWERABLE: Readonly<Partial<Record<SendOutcome, Refusal>>> = {
  // For instance, an authenticator's `extra` can be unencodable.
  unencodable: {
    uri: ERROR_URI.runtimeError,
    message: 'the result of the login cannot be encoded for this client',
  },
  too_large: {
    uri: ERROR_URI.payloadSizeExceeded,
    message: 'the response to HELLO is longer than the longest message that the client accepts',
  },
};

/** A session and the realm it is in. */
export interface Joined {
  readonly session: Session;
  readonly realm: Realm;
  /** Removes the session from the realm, with its registrations, subscriptions and calls. */
  readonly leave: () => void;
}

/** A session that has just been created. */
export interface Entered {
  readonly kind: 'entered';
  readonly joined: Joined;
  /** WELCOME.Details */
  readonly welcome: Dict;
}

/** A client that wants to join a realm. */
export interface Entry {
  readonly kind: 'entry';
  /** The first step of its login. */
  readonly step: Step | Promise<Step>;
  /** Creates the session and adds it to the realm. If that is not possible, returns the refusal. */
  readonly join: (admission: Admission) => Entered | Refused;
}

export interface ConnectionContext {
  readonly clock: Clock;
  readonly log: Logger;
  /** For log lines that clients cause, because many clients can cause the same line. */
  readonly summedLog: SummedLog;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
  /**
   * Starts the login of a client. If the client cannot join, returns the refusal.
   *
   * @param signal aborted when the client has gone or its handshake has ended
   */
  readonly enter: (hello: Hello, peer: Peer, info: ConnectionInfo, signal: AbortSignal) => Entry | Refused;
  /** Called when the connection is closed and can be forgotten. */
  readonly onClosed: () => void;
}

type State =
  | { readonly name: 'expecting HELLO' }
  /** HELLO has arrived; the client is being authenticated. */
  | { readonly name: 'authenticating'; readonly handshake: Handshake }
  | { readonly name: 'joined'; readonly joined: Joined }
  /** GOODBYE was sent. The router waits for the reply and ignores everything else. */
  | { readonly name: 'closing' }
  | { readonly name: 'closed' };

/**
 * The router's end of one connection. It handles the handshake, then passes the session's messages
 * to dealer and broker, then handles GOODBYE. After the client's GOODBYE the connection may carry
 * another session (WAMP, "Session Closing").
 */
export function createConnection(peer: Peer, info: ConnectionInfo, context: ConnectionContext): Attachment {
  const { clock, log, summedLog } = context;
  let state: State = { name: 'expecting HELLO' };
  let timer: (() => void) | undefined;

  /**
   * Clears the reference too, so that the timer does not stay in memory as long as the connection.
   */
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

  /**
   * Changes the state. If the session has joined a realm, it leaves. Afterwards nothing is sent for
   * that session.
   */
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
    // ABORT has only three elements, and Details has the message. autobahn|python treats a longer
    // ABORT as a protocol violation.
    const abort = {
      type: MESSAGE.ABORT,
      details: { message: refusal.message },
      reason: refusal.uri,
    } as const;
    // The message may be too long for a client that accepts only short messages.
    if (peer.send(abort) === 'too_large') peer.send({ ...abort, details: NOTHING });
    peer.close(refusal.uri === ERROR_URI.protocolViolation ? 'protocol_violation' : 'normal');
  }

  function onViolation(violation: string): void {
    if (state.name === 'closed') return;
    info.onViolation?.();
    const session = state.name === 'joined' ? state.joined.session.id : undefined;
    summedLog.info({ transport: info.transport, violation }, 'a client broke the protocol', {
      session,
    });
    abort({ uri: ERROR_URI.protocolViolation, message: violation });
  }

  function onHello(message: Message): void {
    if (message.type === MESSAGE.ABORT) {
      // A client may give up before it has joined. ABORT gets no reply.
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
    const ended = new AbortController();
    const entry = context.enter(hello, peer, info, ended.signal);
    if (entry.kind === 'refused') {
      turnDown(entry.refusal);
      return;
    }
    const handshake = createHandshake({
      clock,
      challenge: sendChallenge,
      admit: (admission) => welcome(entry.join(admission)),
      refuse: turnDown,
      violate: onViolation,
      fail: (error) => onError(MESSAGE.HELLO, error),
      answered: () => limitHandshake(info.handshakeTimeout + CHECK_MARGIN_MS),
      decided: stopTimer,
      over: () => ended.abort(OVER),
    });
    // The timer continues, because the handshake timeout covers all messages of the client before
    // WELCOME. `answered` restarts it for the check of the login, which includes the wait for a
    // turn.
    state = { name: 'authenticating', handshake };
    handshake.begin(entry.step);
  }

  function sendChallenge({ method, extra }: Challenged): void {
    const refusal = UNANSWERABLE[peer.send({ type: MESSAGE.CHALLENGE, method, extra })];
    if (refusal !== undefined) turnDown(refusal);
  }

  function turnDown(refusal: Refusal): void {
    summedLog.info({ transport: info.transport, reason: refusal.uri }, 'a client was turned away');
    abort(refusal);
  }

  function welcome(entered: Entered | Refused): void {
    if (entered.kind === 'refused') {
      turnDown(entered.refusal);
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
    if (refusal !== undefined) turnDown(refusal);
    realm.announceJoin(session);
  }

  function sayGoodbye(): void {
    const isLast = state.name === 'closed';
    // Reads the state before `send`, because a client in this process may close the connection
    // before `send` returns.
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
    // This is a bug in the router. It ends only the session of this client.
    summedLog.error(
      { message: messageName(messageType), ...errorLocation(error) },
      'a message could not be handled',
    );
    abort({ uri: ERROR_URI.runtimeError, message: 'the router had an internal error and has logged it' });
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
   * True for messages that do not wait behind earlier ones. YIELD and ERROR need no authorization.
   * If they waited behind the session's own requests, an authorizer that is a session of the realm
   * would wait for itself, and block the realm. The same holds for a session that the authorizer
   * calls. A session that is being closed handles only GOODBYE, which does not have to wait.
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
    // Starts the timer before `send`, because a peer in this process replies before `send` returns.
    timer = clock.after(GOODBYE_WAIT_MS, () => {
      moveTo({ name: 'closed' });
      peer.close('going_away');
    });
    const details = message === undefined ? NOTHING : { message };
    const outcome = peer.send({ type: MESSAGE.GOODBYE, details, reason });
    // If the message cannot be encoded for this client, sends GOODBYE without it.
    if (outcome === 'unencodable' || outcome === 'too_large')
      peer.send({ type: MESSAGE.GOODBYE, details: NOTHING, reason });
  }

  peer.listen({
    onMessage: createMessageQueue({
      handle: onStateMessage,
      onError: ({ type }, error) => onError(type, error),
      overtakes,
      onWaiting(message) {
        if (state.name === 'joined') state.joined.realm.delay(state.joined.session, message);
      },
      onOverflow(key) {
        const message = `too many messages wait to be authorized (${key})`;
        abort({ uri: ERROR_URI.tooManyRequests, message });
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
  // A peer in this process may have sent HELLO, or closed, before `listen` returned.
  if (state.name === 'expecting HELLO') limitHandshake(info.handshakeTimeout - info.handshakeElapsed);

  return { dismiss };
}

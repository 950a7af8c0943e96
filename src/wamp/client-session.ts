import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { nextId } from './ids.js';
import { answerInvocation, createInvocations, type InvocationHandler } from './invocations.js';
import { MESSAGE, type Message, messageName, type Welcome } from './messages.js';
import { type Dict, EMPTY_PAYLOAD, type Payload } from './payload.js';
import type { Peer, PeerReceiver } from './peer.js';
import { CLOSE_URI, ERROR_URI } from './uris.js';
import { WampError } from './wamp-error.js';

/** How a session ended: who ended it, and the reason URI. */
export interface SessionEnd {
  readonly by: 'us' | 'router' | 'transport';
  readonly reason: string;
  readonly message?: string;
}

/** A joined session, seen from the client: caller and callee. Event topics come with the part that needs them. */
export interface Session {
  readonly id: number;
  readonly realm: string;
  /** What the router said in WELCOME: authid, authrole, its roles and features. */
  readonly details: Dict;
  /** Rejects with {@link WampError}. Payload slots that came as JSON text stay so; see `payload-values.ts`. */
  call(procedure: string, payload: Payload, options?: Dict): Promise<Payload & { readonly details: Dict }>;
  /** Resolves with the registration's ID; rejects with {@link WampError}. */
  register(procedure: string, options: Dict, invoke: InvocationHandler): Promise<number>;
  unregister(registration: number): Promise<void>;
  /** Says GOODBYE, and closes the peer when the router has answered. @param reason default `wamp.close.normal` */
  leave(reason?: string): Promise<void>;
  /** Resolves when the session is over, whoever ended it; never rejects. */
  readonly closed: Promise<SessionEnd>;
}

export interface JoinOptions {
  readonly realm: string;
  /** Name and version that the router may log. Default: none. */
  readonly agent?: string;
  /** Further keys of HELLO.Details, such as authmethods. */
  readonly details?: Dict;
  /** Milliseconds to wait for WELCOME, and later for the echo of GOODBYE. Default 10 s; 0 waits for ever. */
  readonly timeout?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** Only what a session of this file does. */
const ROLES: Dict = {
  caller: { features: { call_canceling: true, call_timeout: true, caller_identification: true } },
  callee: { features: { call_canceling: true, call_timeout: true, caller_identification: true } },
};

interface Waiting {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: WampError) => void;
  /** Done in the same breath as the answer arrives: what follows it on the pipe may already depend on it. */
  readonly onAnswer?: (answer: Message) => void;
}

/**
 * Joins a realm over `peer` and resolves with the session.
 *
 * @throws WampError the router's ABORT, or `wamp.error.network_failure` where the peer closes or nothing comes in time
 */
export function joinRealm(peer: Peer, options: JoinOptions): Promise<Session> {
  const clock = options.clock ?? systemClock;
  const timeout = options.timeout ?? 10_000;
  return new Promise((resolve, reject) => {
    const stopTimer =
      timeout === 0
        ? () => {}
        : clock.after(timeout, () => fail(lost('the router did not answer HELLO in time')));
    let joined: PeerReceiver | undefined;
    const fail = (error: WampError): void => {
      if (joined !== undefined) return;
      stopTimer();
      reject(error);
      peer.close('normal');
    };
    peer.listen({
      onMessage(message) {
        if (joined !== undefined) return joined.onMessage(message);
        if (message.type === MESSAGE.WELCOME) {
          stopTimer();
          const session = openSession(peer, options, message);
          joined = session.receiver;
          resolve(session.session);
        } else if (message.type === MESSAGE.ABORT) {
          fail(new WampError(message.reason, EMPTY_PAYLOAD, message.details));
        } else {
          fail(violation(`${messageName(message.type)} before WELCOME`));
        }
      },
      onViolation: (sentence) =>
        joined === undefined ? fail(violation(sentence)) : joined.onViolation(sentence),
      onClose: () =>
        joined === undefined ? fail(lost('the connection closed before WELCOME')) : joined.onClose(),
    });
    const agent = options.agent === undefined ? {} : { agent: options.agent };
    const outcome = peer.send({
      type: MESSAGE.HELLO,
      realm: options.realm,
      details: { roles: ROLES, ...agent, ...options.details },
    });
    if (outcome !== 'sent') fail(lost(`HELLO cannot be sent: ${outcome}`));
  });
}

function openSession(
  peer: Peer,
  options: JoinOptions,
  welcome: Welcome,
): { session: Session; receiver: PeerReceiver } {
  const log = options.log ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const waiting = new Map<string, Waiting>();
  const invocations = createInvocations();
  let lastRequest = 0;
  let state: 'open' | 'leaving' | 'over' = 'open';
  let settleClosed: (end: SessionEnd) => void;
  const closed = new Promise<SessionEnd>((resolve) => {
    settleClosed = resolve;
  });

  function end(how: SessionEnd): void {
    if (state === 'over') return;
    state = 'over';
    settleClosed(how);
    invocations.interruptAll();
    const error = lost(how.message ?? 'the session is over');
    for (const [key, entry] of waiting) {
      waiting.delete(key);
      entry.reject(error);
    }
  }

  function request(
    requestType: number,
    build: (request: number) => Message,
    onAnswer?: (answer: Message) => void,
  ): Promise<Message> {
    if (state !== 'open') return Promise.reject(lost('the session is over'));
    lastRequest = nextId(lastRequest);
    const key = `${requestType}:${lastRequest}`;
    return new Promise((resolve, reject) => {
      // Stored before it is sent: an in-process router answers before `send` returns.
      waiting.set(key, onAnswer === undefined ? { resolve, reject } : { resolve, reject, onAnswer });
      const outcome = peer.send(build(lastRequest));
      if (outcome === 'sent' || !waiting.delete(key)) return;
      reject(
        outcome === 'closed'
          ? lost('the connection is closed')
          : new WampError(
              outcome === 'too_large' ? ERROR_URI.payloadSizeExceeded : ERROR_URI.invalidArgument,
              { args: [`the ${messageName(requestType)} cannot be sent: ${outcome}`] },
            ),
      );
    });
  }

  function settle(requestType: number, message: Message & { readonly request: number }): void {
    const key = `${requestType}:${message.request}`;
    const entry = waiting.get(key);
    // A late answer to a request that is settled already is not worth a quarrel.
    if (entry === undefined) return;
    waiting.delete(key);
    if (message.type === MESSAGE.ERROR) {
      entry.reject(new WampError(message.uri, message.payload, message.details));
    } else {
      entry.onAnswer?.(message);
      entry.resolve(message);
    }
  }

  function breakOff(sentence: string): void {
    end({ by: 'us', reason: ERROR_URI.protocolViolation, message: sentence });
    peer.send({ type: MESSAGE.ABORT, details: { message: sentence }, reason: ERROR_URI.protocolViolation });
    peer.close('protocol_violation');
  }

  const receiver: PeerReceiver = {
    onMessage(message) {
      if (state === 'over') return;
      switch (message.type) {
        case MESSAGE.INVOCATION:
          if (state === 'open') answerInvocation(peer, invocations, message, log);
          return;
        case MESSAGE.INTERRUPT:
          return invocations.interrupt(message.request, message.options['mode']);
        case MESSAGE.RESULT:
          // Progress is not asked for, so a progressive part can only be a slip of the router's.
          if (message.details['progress'] !== true) settle(MESSAGE.CALL, message);
          return;
        case MESSAGE.ERROR:
          return settle(message.requestType, message);
        case MESSAGE.REGISTERED:
          return settle(MESSAGE.REGISTER, message);
        case MESSAGE.UNREGISTERED:
          if (message.request === 0) invocations.remove(Number(message.details?.['registration']));
          return settle(MESSAGE.UNREGISTER, message);
        case MESSAGE.GOODBYE:
          if (state === 'open') {
            // Over before the echo: in the same process the router closes before send returns.
            end({ by: 'router', reason: message.reason });
            peer.send({ type: MESSAGE.GOODBYE, details: {}, reason: CLOSE_URI.goodbyeAndOut });
          } else {
            end({ by: 'us', reason: message.reason });
          }
          return peer.close('normal');
        case MESSAGE.ABORT:
          end({ by: 'router', reason: message.reason, ...abortText(message.details) });
          return peer.close('normal');
        default:
          return breakOff(`unexpected ${messageName(message.type)}`);
      }
    },
    onViolation: breakOff,
    onClose() {
      end({ by: 'transport', reason: ERROR_URI.networkFailure, message: 'the connection closed' });
    },
  };

  const session: Session = {
    id: welcome.session,
    realm: options.realm,
    details: welcome.details,
    closed,
    async call(procedure, payload, callOptions = {}) {
      const answer = await request(MESSAGE.CALL, (id) => ({
        type: MESSAGE.CALL,
        request: id,
        options: callOptions,
        procedure,
        payload,
      }));
      if (answer.type !== MESSAGE.RESULT) throw violation('not a RESULT');
      return { ...answer.payload, details: answer.details };
    },
    async register(procedure, registerOptions, invoke) {
      const answer = await request(
        MESSAGE.REGISTER,
        (id) => ({ type: MESSAGE.REGISTER, request: id, options: registerOptions, procedure }),
        (registered) => {
          if (registered.type === MESSAGE.REGISTERED)
            invocations.add(registered.registration, procedure, invoke);
        },
      );
      if (answer.type !== MESSAGE.REGISTERED) throw violation('not a REGISTERED');
      return answer.registration;
    },
    async unregister(registration) {
      await request(
        MESSAGE.UNREGISTER,
        (id) => ({ type: MESSAGE.UNREGISTER, request: id, registration }),
        () => invocations.remove(registration),
      );
    },
    async leave(reason = CLOSE_URI.normal) {
      if (state !== 'open') return;
      state = 'leaving';
      const timeout = options.timeout ?? 10_000;
      const giveUp = (): void => {
        end({ by: 'us', reason });
        peer.close('normal');
      };
      const stopTimer = timeout === 0 ? () => {} : clock.after(timeout, giveUp);
      if (peer.send({ type: MESSAGE.GOODBYE, details: {}, reason }) !== 'sent') giveUp();
      await closed;
      stopTimer();
    },
  };
  return { session, receiver };
}

const lost = (sentence: string): WampError => new WampError(ERROR_URI.networkFailure, { args: [sentence] });
const violation = (sentence: string): WampError =>
  new WampError(ERROR_URI.protocolViolation, { args: [sentence] });

function abortText(details: Dict): { message?: string } {
  const { message } = details;
  return typeof message === 'string' ? { message } : {};
}

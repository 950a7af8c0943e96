import { type Clock, systemClock } from '../../clock.js';
import { type Logger, silentLogger } from '../../log.js';
import { type Challenge, MESSAGE, type Message, messageName, type Welcome } from '../messages.js';
import { type Dict, EMPTY_PAYLOAD, type Payload } from '../payload.js';
import type { Peer, PeerReceiver } from '../peer.js';
import { CLOSE_URI, ERROR_URI } from '../uris.js';
import { SessionLost, WampError } from '../wamp-error.js';
import { authenticateMessage, type Credentials, challengedLogin, helloDetailsOf } from './credentials.js';
import { createEventHandlers, type EventHandler } from './event-handlers.js';
import {
  answerInvocation,
  createInvocations,
  type InvocationHandler,
  type ReplyRules,
  sendError,
} from './invocations.js';
import { type Login, LoginError } from './logins/login.js';
import { createRequests, type RequestHooks } from './requests.js';
import { CLIENT_ROLES } from './roles.js';

/** How a session ended. */
export interface SessionEnd {
  readonly by: 'us' | 'router' | 'transport';
  readonly reason: string;
  readonly message?: string;
  /** The router sent ABORT instead of GOODBYE. */
  readonly aborted?: true;
}

/** The client's side of a joined session. */
export interface Session {
  readonly id: number;
  readonly realm: string;
  /** WELCOME.Details: authid, authrole, and the router's roles and features. */
  readonly details: Dict;
  /**
   * Rejects with {@link WampError}. Args and kwargs of the result may be JSON text; see
   * `payload-values.ts`.
   *
   * @param onProgress requests progressive results and gets them. The promise gets the final
   * result.
   */
  call(
    procedure: string,
    payload: Payload,
    options?: Dict,
    onProgress?: (part: CallResult) => void,
  ): Promise<CallResult>;
  /** Resolves with the registration's ID; rejects with {@link WampError}. */
  register(procedure: string, options: Dict, invoke: InvocationHandler): Promise<number>;
  /**
   * Passes further invocations of a registration to another handler. Running ones end with the old
   * handler.
   */
  setHandler(registration: number, invoke: InvocationHandler): void;
  unregister(registration: number): Promise<void>;
  /** Resolves with the subscription's ID; rejects with {@link WampError}. */
  subscribe(topic: string, options: Dict, onEvent: EventHandler): Promise<number>;
  /** Removes all handlers of the subscription at once. */
  unsubscribe(subscription: number): Promise<void>;
  /**
   * If the option `acknowledge` is true, resolves with the publication's ID. Otherwise resolves
   * immediately.
   */
  publish(topic: string, payload: Payload, options?: Dict): Promise<number | undefined>;
  /** Resolves when no invocation runs and all replies were sent. */
  idle(): Promise<void>;
  /** Interrupts all running invocations. */
  interruptAll(): void;
  /**
   * Sends GOODBYE. Closes the peer after the router's GOODBYE.
   *
   * @param reason default `wamp.close.normal`
   */
  leave(reason?: string): Promise<void>;
  /** Resolves when either side has ended the session. Never rejects. */
  readonly closed: Promise<SessionEnd>;
}

export type CallResult = Payload & { readonly details: Dict };

export interface JoinOptions extends ReplyRules {
  readonly realm: string;
  /** Name and version for the router's log. Default: none. */
  readonly agent?: string;
  /** Default: anonymous. */
  readonly credentials?: Credentials;
  /** Further entries of HELLO.Details. */
  readonly details?: Dict;
  /** The roles and features to announce. Default: all that this client implements. */
  readonly roles?: Dict;
  /** Called when the router has revoked a registration (WAMP, Registration Revocation). */
  readonly onRevoked?: (registration: number) => void;
  /** Milliseconds to wait for WELCOME. Default 10 s; 0: no limit. */
  readonly timeout?: number;
  /** Milliseconds to wait for the router's GOODBYE. Default: `timeout`. */
  readonly goodbyeTimeout?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/**
 * Joins a realm over `peer` and resolves with the session.
 *
 * @throws WampError with the URI of the router's ABORT; `wamp.error.network_failure` if the peer
 * closes or the timeout passes; `wamp.error.authentication_failed` if the client cannot answer the
 * challenge, or if the router does not prove that it knows the password
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
    let login: Login | undefined;
    const { credentials } = options;
    const fail = (error: WampError): void => {
      if (joined !== undefined) return;
      stopTimer();
      reject(error);
      peer.close('normal');
    };
    const abortLogin = (message: string): void => {
      const reason = ERROR_URI.authenticationFailed;
      peer.send({ type: MESSAGE.ABORT, details: { message }, reason });
      fail(new WampError(reason, EMPTY_PAYLOAD, { message }));
    };
    const answerChallenge = async (own: Credentials, challenge: Challenge): Promise<void> => {
      try {
        login = challengedLogin(own, challenge);
        peer.send(await authenticateMessage(login, challenge));
      } catch (error) {
        abortLogin(error instanceof LoginError ? error.message : 'The challenge cannot be answered.');
      }
    };
    peer.listen({
      onMessage(message) {
        if (joined !== undefined) return joined.onMessage(message);
        if (message.type === MESSAGE.WELCOME) {
          if (login?.provesRouter?.(message.details) === false) {
            return abortLogin('The router did not prove that it knows the password.');
          }
          stopTimer();
          const session = openSession(peer, options, message);
          joined = session.receiver;
          resolve(session.session);
        } else if (message.type === MESSAGE.ABORT) {
          fail(new WampError(message.reason, EMPTY_PAYLOAD, message.details));
        } else if (message.type === MESSAGE.CHALLENGE && credentials !== undefined && login === undefined) {
          void answerChallenge(credentials, message);
        } else {
          fail(violation(`${messageName(message.type)} before WELCOME`));
        }
      },
      onTooComplex(request, message) {
        if (joined === undefined) fail(violation(message));
        else joined.onTooComplex?.(request, message);
      },
      onViolation: (message) =>
        joined === undefined ? fail(violation(message)) : joined.onViolation(message),
      onClose: () =>
        joined === undefined ? fail(lost('the connection closed before WELCOME')) : joined.onClose(),
    });
    const agent = options.agent === undefined ? {} : { agent: options.agent };
    const outcome = peer.send({
      type: MESSAGE.HELLO,
      realm: options.realm,
      details: {
        roles: options.roles ?? CLIENT_ROLES,
        ...agent,
        ...(credentials !== undefined && helloDetailsOf(credentials)),
        ...options.details,
      },
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
  const requests = createRequests(peer);
  const { settle } = requests;
  const invocations = createInvocations();
  const handlers = createEventHandlers(log);
  let state: 'open' | 'leaving' | 'over' = 'open';
  let settleClosed: (end: SessionEnd) => void;
  const closed = new Promise<SessionEnd>((resolve) => {
    settleClosed = resolve;
  });

  function end(how: SessionEnd): void {
    if (state === 'over') return;
    state = 'over';
    settleClosed(how);
    invocations.interruptAll('lost');
    requests.rejectAll(lost(how.message ?? 'the session is over'));
  }

  function request(
    requestType: number,
    build: (request: number) => Message,
    hooks?: RequestHooks,
  ): Promise<Message> {
    if (state !== 'open') return Promise.reject(lost('the session is over'));
    return requests.send(requestType, build, hooks);
  }

  function abort(message: string): void {
    end({ by: 'us', reason: ERROR_URI.protocolViolation, message });
    peer.send({ type: MESSAGE.ABORT, details: { message }, reason: ERROR_URI.protocolViolation });
    peer.close('protocol_violation');
  }

  function revoke(registration: number): void {
    if (invocations.find(registration) === undefined) return;
    invocations.remove(registration);
    options.onRevoked?.(registration);
  }

  const receiver: PeerReceiver = {
    onMessage(message) {
      if (state === 'over') return;
      switch (message.type) {
        case MESSAGE.INVOCATION:
          if (state === 'open') answerInvocation(peer, invocations, message, log, options);
          return;
        case MESSAGE.INTERRUPT:
          return invocations.interrupt(message.request, message.options['mode']);
        case MESSAGE.RESULT:
          return settle(MESSAGE.CALL, message);
        case MESSAGE.EVENT:
          return handlers.deliver(message);
        case MESSAGE.ERROR:
          return settle(message.requestType, message);
        case MESSAGE.REGISTERED:
          return settle(MESSAGE.REGISTER, message);
        case MESSAGE.UNREGISTERED:
          if (message.request === 0) return revoke(Number(message.details?.['registration']));
          return settle(MESSAGE.UNREGISTER, message);
        case MESSAGE.SUBSCRIBED:
          return settle(MESSAGE.SUBSCRIBE, message);
        case MESSAGE.UNSUBSCRIBED:
          if (message.request === 0) handlers.remove(Number(message.details?.['subscription']));
          return settle(MESSAGE.UNSUBSCRIBE, message);
        case MESSAGE.PUBLISHED:
          return settle(MESSAGE.PUBLISH, message);
        case MESSAGE.GOODBYE:
          if (state === 'open') {
            // Ends the session before the reply, because a router in this process closes before
            // `send` returns.
            end({ by: 'router', reason: message.reason, ...textIn(message.details) });
            peer.send({ type: MESSAGE.GOODBYE, details: {}, reason: CLOSE_URI.goodbyeAndOut });
          } else {
            end({ by: 'us', reason: message.reason });
          }
          return peer.close('normal');
        case MESSAGE.ABORT:
          end({ by: 'router', reason: message.reason, aborted: true, ...textIn(message.details) });
          return peer.close('normal');
        default:
          return abort(`unexpected ${messageName(message.type)}`);
      }
    },
    onTooComplex(request, message) {
      if (state !== 'open') return;
      options.onTooComplex?.(request, message);
      sendError(peer, request, ERROR_URI.invalidArgument, { args: [message] });
    },
    onViolation: abort,
    onClose() {
      end({ by: 'transport', reason: ERROR_URI.networkFailure, message: 'the connection closed' });
    },
  };

  const session: Session = {
    id: welcome.session,
    realm: options.realm,
    details: welcome.details,
    closed,
    idle: invocations.idle,
    interruptAll: () => invocations.interruptAll('killnowait'),
    async call(procedure, payload, callOptions = {}, onProgress) {
      const fullOptions = onProgress === undefined ? callOptions : { ...callOptions, receive_progress: true };
      const reply = await request(
        MESSAGE.CALL,
        (id) => ({ type: MESSAGE.CALL, request: id, options: fullOptions, procedure, payload }),
        { onProgress: onProgress && (({ payload: part, details }) => onProgress({ ...part, details })) },
      );
      if (reply.type !== MESSAGE.RESULT) throw violation('not a RESULT');
      return { ...reply.payload, details: reply.details };
    },
    async register(procedure, registerOptions, invoke) {
      const reply = await request(
        MESSAGE.REGISTER,
        (id) => ({ type: MESSAGE.REGISTER, request: id, options: registerOptions, procedure }),
        {
          onReply(registered) {
            if (registered.type !== MESSAGE.REGISTERED) return;
            // Otherwise calls of one procedure would run the other one.
            if (invocations.find(registered.registration) === undefined)
              invocations.add(registered.registration, procedure, invoke);
            else abort('REGISTERED has the ID of another registration');
          },
        },
      );
      if (state === 'over') throw lost('the session is over');
      if (reply.type !== MESSAGE.REGISTERED) throw violation('not a REGISTERED');
      return reply.registration;
    },
    setHandler(registration, invoke) {
      const found = invocations.find(registration);
      if (found !== undefined) invocations.add(registration, found.procedure, invoke);
    },
    async unregister(registration) {
      await request(MESSAGE.UNREGISTER, (id) => ({ type: MESSAGE.UNREGISTER, request: id, registration }), {
        onReply: () => invocations.remove(registration),
      });
    },
    async subscribe(topic, subscribeOptions, onEvent) {
      const reply = await request(
        MESSAGE.SUBSCRIBE,
        (id) => ({ type: MESSAGE.SUBSCRIBE, request: id, options: subscribeOptions, topic }),
        {
          onReply(subscribed) {
            if (subscribed.type === MESSAGE.SUBSCRIBED) handlers.add(subscribed.subscription, onEvent);
          },
        },
      );
      if (reply.type !== MESSAGE.SUBSCRIBED) throw violation('not a SUBSCRIBED');
      return reply.subscription;
    },
    async unsubscribe(subscription) {
      handlers.remove(subscription);
      await request(MESSAGE.UNSUBSCRIBE, (id) => ({
        type: MESSAGE.UNSUBSCRIBE,
        request: id,
        subscription,
      }));
    },
    async publish(topic, payload, publishOptions = {}) {
      const build = (id: number): Message => ({
        type: MESSAGE.PUBLISH,
        request: id,
        options: publishOptions,
        topic,
        payload,
      });
      if (publishOptions['acknowledge'] !== true) {
        if (state !== 'open') throw lost('the session is over');
        requests.post(MESSAGE.PUBLISH, build);
        return undefined;
      }
      const reply = await request(MESSAGE.PUBLISH, build);
      if (reply.type !== MESSAGE.PUBLISHED) throw violation('not a PUBLISHED');
      return reply.publication;
    },
    async leave(reason = CLOSE_URI.normal) {
      if (state !== 'open') return;
      state = 'leaving';
      const timeout = options.goodbyeTimeout ?? options.timeout ?? 10_000;
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

const lost = (message: string): SessionLost => new SessionLost(message);
const violation = (message: string): WampError =>
  new WampError(ERROR_URI.protocolViolation, { args: [message] });

function textIn(details: Dict): { message?: string } {
  const { message } = details;
  return typeof message === 'string' ? { message } : {};
}

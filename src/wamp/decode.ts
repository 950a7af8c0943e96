import { isJsonText } from '../json-text/json-text.js';
import { isId } from './ids.js';
import { MESSAGE, type Message, messageName } from './messages.js';
import { OPTION_RULES, type OptionRules, wrongOption } from './options.js';
import { type Dict, EMPTY_PAYLOAD, isDict, type Payload } from './payload.js';

/**
 * The other end violated the protocol. The message says how. It quotes no value from the other end.
 */
export class ProtocolViolation extends Error {
  override readonly name: string = 'ProtocolViolation';
}

/** A frame has more levels or values than the limits of decoding allow. */
export class LimitExceeded extends ProtocolViolation {
  override readonly name = 'LimitExceeded';
}

/**
 * Decodes the list form of a message.
 *
 * Checks the shape, the IDs and the types of known options. Ignores unknown options. For
 * compatibility with existing clients, args and kwargs may be null (nexus sends null args with
 * kwargs), and an option that is null counts as absent.
 *
 * @param value the list. Its args and kwargs may be JSON text.
 * @throws ProtocolViolation
 */
export function decodeMessage(value: unknown): Message {
  if (!Array.isArray(value)) throw new ProtocolViolation('a message must be a list');
  const list: readonly unknown[] = value;
  switch (list[0]) {
    case MESSAGE.HELLO:
      length(list, 3, 3);
      return {
        type: MESSAGE.HELLO,
        realm: text(list, 1, 'Realm'),
        details: options(list, 2, OPTION_RULES.hello),
      };
    case MESSAGE.WELCOME:
      length(list, 3, 3);
      return { type: MESSAGE.WELCOME, session: id(list, 1, 'Session'), details: dict(list, 2, 'Details') };
    case MESSAGE.ABORT:
      length(list, 3, 5);
      payload(list, 3, {});
      return { type: MESSAGE.ABORT, details: dict(list, 1, 'Details'), reason: text(list, 2, 'Reason') };
    case MESSAGE.CHALLENGE:
      length(list, 3, 3);
      return { type: MESSAGE.CHALLENGE, method: text(list, 1, 'AuthMethod'), extra: dict(list, 2, 'Extra') };
    case MESSAGE.AUTHENTICATE:
      length(list, 3, 3);
      return {
        type: MESSAGE.AUTHENTICATE,
        signature: text(list, 1, 'Signature'),
        extra: dict(list, 2, 'Extra'),
      };
    case MESSAGE.GOODBYE:
      length(list, 3, 5);
      payload(list, 3, {});
      return { type: MESSAGE.GOODBYE, details: dict(list, 1, 'Details'), reason: text(list, 2, 'Reason') };
    case MESSAGE.ERROR:
      return decodeError(list);
    case MESSAGE.PUBLISH: {
      length(list, 4, 6);
      const opts = options(list, 2, OPTION_RULES.publish);
      const topic = text(list, 3, 'Topic');
      return {
        type: MESSAGE.PUBLISH,
        request: request(list),
        options: opts,
        topic,
        payload: payload(list, 4, opts),
      };
    }
    case MESSAGE.PUBLISHED:
      length(list, 3, 3);
      return { type: MESSAGE.PUBLISHED, request: request(list), publication: id(list, 2, 'Publication') };
    case MESSAGE.SUBSCRIBE: {
      length(list, 4, 4);
      const opts = options(list, 2, OPTION_RULES.subscribe);
      return {
        type: MESSAGE.SUBSCRIBE,
        request: request(list),
        options: opts,
        topic: text(list, 3, 'Topic'),
      };
    }
    case MESSAGE.SUBSCRIBED:
      length(list, 3, 3);
      return { type: MESSAGE.SUBSCRIBED, request: request(list), subscription: id(list, 2, 'Subscription') };
    case MESSAGE.UNSUBSCRIBE:
      length(list, 3, 4);
      if (list.length === 4) dict(list, 3, 'Options');
      return { type: MESSAGE.UNSUBSCRIBE, request: request(list), subscription: id(list, 2, 'Subscription') };
    case MESSAGE.UNSUBSCRIBED:
      return { type: MESSAGE.UNSUBSCRIBED, ...revocable(list) };
    case MESSAGE.EVENT: {
      length(list, 4, 6);
      const details = options(list, 3, OPTION_RULES.event);
      const subscription = id(list, 1, 'Subscription');
      const publication = id(list, 2, 'Publication');
      return { type: MESSAGE.EVENT, subscription, publication, details, payload: payload(list, 4, details) };
    }
    case MESSAGE.CALL: {
      length(list, 4, 6);
      const opts = options(list, 2, OPTION_RULES.call);
      const procedure = text(list, 3, 'Procedure');
      return {
        type: MESSAGE.CALL,
        request: request(list),
        options: opts,
        procedure,
        payload: payload(list, 4, opts),
      };
    }
    case MESSAGE.CANCEL:
      length(list, 3, 3);
      return { type: MESSAGE.CANCEL, request: request(list), options: options(list, 2, OPTION_RULES.cancel) };
    case MESSAGE.RESULT: {
      length(list, 3, 5);
      const details = options(list, 2, OPTION_RULES.result);
      return { type: MESSAGE.RESULT, request: request(list), details, payload: payload(list, 3, details) };
    }
    case MESSAGE.REGISTER: {
      length(list, 4, 4);
      const opts = options(list, 2, OPTION_RULES.register);
      return {
        type: MESSAGE.REGISTER,
        request: request(list),
        options: opts,
        procedure: text(list, 3, 'Procedure'),
      };
    }
    case MESSAGE.REGISTERED:
      length(list, 3, 3);
      return { type: MESSAGE.REGISTERED, request: request(list), registration: id(list, 2, 'Registration') };
    case MESSAGE.UNREGISTER:
      length(list, 3, 4);
      if (list.length === 4) dict(list, 3, 'Options');
      return { type: MESSAGE.UNREGISTER, request: request(list), registration: id(list, 2, 'Registration') };
    case MESSAGE.UNREGISTERED:
      return { type: MESSAGE.UNREGISTERED, ...revocable(list) };
    case MESSAGE.INVOCATION: {
      length(list, 4, 6);
      // Values of details are not checked here, because some come from callers: a router passes on
      // their `timeout`. One wrong value must not end the callee's session, and with it the calls of
      // others. Each reader of a detail checks its type.
      const details = dict(list, 3, 'Details');
      const registration = id(list, 2, 'Registration');
      return {
        type: MESSAGE.INVOCATION,
        request: request(list),
        registration,
        details,
        payload: payload(list, 4, details),
      };
    }
    case MESSAGE.INTERRUPT:
      length(list, 3, 3);
      return {
        type: MESSAGE.INTERRUPT,
        request: request(list),
        options: dict(list, 2, 'Options'),
      };
    case MESSAGE.YIELD: {
      length(list, 3, 5);
      const opts = options(list, 2, OPTION_RULES.yield);
      return { type: MESSAGE.YIELD, request: request(list), options: opts, payload: payload(list, 3, opts) };
    }
    case MESSAGE.EVENT_RECEIVED:
      length(list, 2, 2);
      return { type: MESSAGE.EVENT_RECEIVED, publication: id(list, 1, 'Publication') };
    default:
      throw new ProtocolViolation('unknown message code');
  }
}

function decodeError(list: readonly unknown[]): Message {
  length(list, 5, 7);
  const requestType = list[1];
  if (typeof requestType !== 'number' || !Number.isInteger(requestType) || requestType < 1) {
    throw violation(list, 'Request type must be a message code');
  }
  const details = options(list, 3, OPTION_RULES.error);
  return {
    type: MESSAGE.ERROR,
    requestType,
    request: id(list, 2, 'Request'),
    details,
    uri: text(list, 4, 'Error'),
    payload: payload(list, 5, details),
  };
}

/**
 * UNSUBSCRIBED and UNREGISTERED: `[code, request]`, or `[code, 0, details]` for a revocation by the
 * router.
 */
function revocable(list: readonly unknown[]): { request: number; details?: Dict } {
  length(list, 2, 3);
  if (list.length === 2) return { request: request(list) };
  const details = dict(list, 2, 'Details');
  return { request: list[1] === 0 ? 0 : request(list), details };
}

function violation(list: readonly unknown[], message: string): ProtocolViolation {
  return new ProtocolViolation(`${messageName(list[0] as number)}: ${message}`);
}

function length(list: readonly unknown[], least: number, max: number): void {
  if (list.length < least || list.length > max) {
    throw violation(list, `must have ${least === max ? least : `${least} to ${max}`} elements`);
  }
}

const request = (list: readonly unknown[]): number => id(list, 1, 'Request');

function id(list: readonly unknown[], at: number, name: string): number {
  const value = list[at];
  if (!isId(value)) throw violation(list, `${name} must be an integer from 1 to 2^53`);
  return value;
}

function text(list: readonly unknown[], at: number, name: string): string {
  const value = list[at];
  if (typeof value !== 'string') throw violation(list, `${name} must be a string`);
  return value;
}

function dict(list: readonly unknown[], at: number, name: string): Dict {
  const value = list[at];
  if (!isDict(value)) throw violation(list, `${name} must be a dictionary`);
  return value;
}

function options(list: readonly unknown[], at: number, rules: OptionRules): Dict {
  const value = dict(list, at, 'Options');
  const wrong = wrongOption(value, rules);
  if (wrong !== undefined) throw violation(list, wrong);
  return value;
}

/** Decodes args and kwargs. Null counts as absent, so the router never passes null on. */
function payload(list: readonly unknown[], at: number, opts: Dict): Payload {
  if (list.length <= at) return EMPTY_PAYLOAD;
  const args = list[at];
  const kwargs = list[at + 1];
  if (args !== null && !Array.isArray(args) && !isJsonText(args)) {
    return packedPayload(list, at, opts);
  }
  if (kwargs === undefined || kwargs === null) return args === null ? EMPTY_PAYLOAD : { args };
  if (!isDict(kwargs) && !isJsonText(kwargs)) throw violation(list, 'ArgumentsKw must be a dictionary');
  return args === null ? { kwargs } : { args, kwargs };
}

/**
 * Payload passthru: a string or bytes in place of args, no kwargs, and options that describe the
 * packing.
 */
function packedPayload(list: readonly unknown[], at: number, opts: Dict): Payload {
  const packed = list[at];
  const named = typeof opts['enc_algo'] === 'string' || typeof opts['ppt_scheme'] === 'string';
  if (named && list.length === at + 1 && (typeof packed === 'string' || packed instanceof Uint8Array)) {
    return { opaque: packed };
  }
  throw violation(list, 'Arguments must be a list');
}

import { MESSAGE, type Message } from './messages.js';
import type { Payload } from './payload.js';

/**
 * The elements of a message's list form before args and kwargs. The first one is the message code.
 */
export function messageHead(message: Message): readonly unknown[] {
  switch (message.type) {
    case MESSAGE.RESULT:
      return [message.type, message.request, message.details];
    case MESSAGE.INVOCATION:
      return [message.type, message.request, message.registration, message.details];
    case MESSAGE.EVENT:
      return [message.type, message.subscription, message.publication, message.details];
    case MESSAGE.ERROR:
      return [message.type, message.requestType, message.request, message.details, message.uri];
    case MESSAGE.CALL:
    case MESSAGE.REGISTER:
      return [message.type, message.request, message.options, message.procedure];
    case MESSAGE.PUBLISH:
    case MESSAGE.SUBSCRIBE:
      return [message.type, message.request, message.options, message.topic];
    case MESSAGE.YIELD:
    case MESSAGE.CANCEL:
    case MESSAGE.INTERRUPT:
      return [message.type, message.request, message.options];
    case MESSAGE.HELLO:
      return [message.type, message.realm, message.details];
    case MESSAGE.WELCOME:
      return [message.type, message.session, message.details];
    case MESSAGE.ABORT:
    case MESSAGE.GOODBYE:
      return [message.type, message.details, message.reason];
    case MESSAGE.CHALLENGE:
      return [message.type, message.method, message.extra];
    case MESSAGE.AUTHENTICATE:
      return [message.type, message.signature, message.extra];
    case MESSAGE.PUBLISHED:
      return [message.type, message.request, message.publication];
    case MESSAGE.SUBSCRIBED:
    case MESSAGE.UNSUBSCRIBE:
      return [message.type, message.request, message.subscription];
    case MESSAGE.REGISTERED:
    case MESSAGE.UNREGISTER:
      return [message.type, message.request, message.registration];
    case MESSAGE.UNSUBSCRIBED:
    case MESSAGE.UNREGISTERED:
      return message.details === undefined
        ? [message.type, message.request]
        : [message.type, message.request, message.details];
    case MESSAGE.EVENT_RECEIVED:
      return [message.type, message.publication];
  }
}

/** The payload of a message. Undefined for types without a payload. */
export function messagePayload(message: Message): Payload | undefined {
  return 'payload' in message ? message.payload : undefined;
}

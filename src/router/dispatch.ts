import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { Session } from './model.js';
import type { Broker } from './pubsub/broker.js';
import type { Dealer } from './rpc/dealer.js';

/**
 * Passes a message of a joined session to dealer or broker. Returns a promise if that takes time.
 * The session's next message must wait for the promise.
 *
 * @throws ProtocolViolation for a message that a client may not send in a session
 */
export function dispatch(
  dealer: Dealer,
  broker: Broker,
  session: Session,
  message: Message,
): Promise<void> | undefined {
  switch (message.type) {
    case MESSAGE.CALL:
      return dealer.call(session, message);
    case MESSAGE.YIELD:
      dealer.yield(session, message);
      return;
    case MESSAGE.ERROR:
      dealer.error(session, message);
      return;
    case MESSAGE.PUBLISH:
      return broker.publish(session, message);
    case MESSAGE.CANCEL:
      return dealer.cancel(session, message);
    case MESSAGE.REGISTER:
      return dealer.register(session, message);
    case MESSAGE.UNREGISTER:
      return dealer.unregister(session, message);
    case MESSAGE.SUBSCRIBE:
      return broker.subscribe(session, message);
    case MESSAGE.UNSUBSCRIBE:
      return broker.unsubscribe(session, message);
    default:
      throw new ProtocolViolation(`a client may not send ${messageName(message.type)} in a session`);
  }
}

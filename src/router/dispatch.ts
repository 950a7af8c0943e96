import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { Broker } from './broker.js';
import type { Dealer } from './dealer.js';
import type { Session } from './model.js';

/**
 * Hands a message of a joined session to dealer or broker. A promise where that takes time: the session's next message
 * must wait for it.
 *
 * @throws ProtocolViolation for what a client may not send in a session
 */
export function dispatch(
  dealer: Dealer,
  broker: Broker,
  session: Session,
  message: Message,
): Promise<void> | undefined {
  switch (message.type) {
    case MESSAGE.CALL:
      dealer.call(session, message);
      return;
    case MESSAGE.YIELD:
      dealer.yield(session, message);
      return;
    case MESSAGE.ERROR:
      dealer.error(session, message);
      return;
    case MESSAGE.PUBLISH:
      broker.publish(session, message);
      return;
    case MESSAGE.CANCEL:
      dealer.cancel(session, message);
      return;
    case MESSAGE.REGISTER:
      dealer.registrations.register(session, message);
      return;
    case MESSAGE.UNREGISTER:
      dealer.registrations.unregister(session, message);
      return;
    case MESSAGE.SUBSCRIBE:
      broker.subscribe(session, message);
      return;
    case MESSAGE.UNSUBSCRIBE:
      broker.unsubscribe(session, message);
      return;
    default:
      throw new ProtocolViolation(`a client may not send ${messageName(message.type)} in a session`);
  }
}

import { MESSAGE, type Message } from './messages.js';

/**
 * Keeps the frame of the last EVENT: one goes to many receivers, one after the other, and is the same message for each.
 * Every other message is encoded anew.
 */
export function keepLastEvent<Frame>(encode: (message: Message) => Frame): (message: Message) => Frame {
  let event: Message | undefined;
  let frame: Frame | undefined;
  return (message) => {
    if (message.type !== MESSAGE.EVENT) return encode(message);
    if (message === event && frame !== undefined) return frame;
    const fresh = encode(message);
    [event, frame] = [message, fresh];
    return fresh;
  };
}

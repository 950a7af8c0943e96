import { messagePayload } from '../../src/wamp/encode.js';
import type { Message } from '../../src/wamp/messages.js';
import { argsOf, kwargsOf } from '../../src/wamp/payload-values.js';

/** The message with values instead of JSON text as its payload. */
export function withValues(message: Message): Message {
  const payload = messagePayload(message);
  if (payload === undefined || payload.opaque !== undefined) return message;
  const values = {
    ...(payload.args !== undefined && { args: argsOf(payload) }),
    ...(payload.kwargs !== undefined && { kwargs: kwargsOf(payload) }),
  };
  return { ...message, payload: values } as Message;
}

import { nextId } from '../ids.js';
import { MESSAGE, type Message, messageName, type Result } from '../messages.js';
import type { Peer } from '../peer.js';
import { ERROR_URI } from '../uris.js';
import { SessionLost, WampError } from '../wamp-error.js';

/**
 * Functions that are called synchronously when a message arrives, because the next message may
 * depend on it.
 */
export interface RequestHooks {
  readonly onReply?: (reply: Message) => void;
  /** Called for each progressive result. The final result comes later. */
  readonly onProgress?: ((part: Result) => void) | undefined;
}

/** A client's requests that wait for their replies. */
export interface Requests {
  /**
   * Sends the message that `build` creates for the next request ID, and resolves with the reply.
   *
   * @throws WampError if the router replies with ERROR, or the message cannot be sent
   */
  send(requestType: number, build: (request: number) => Message, hooks?: RequestHooks): Promise<Message>;
  /** Sends a message that has no reply. @throws WampError if it cannot be sent */
  post(requestType: number, build: (request: number) => Message): void;
  /** Takes a reply. Ignores a reply to an unknown or settled request. */
  settle(requestType: number, reply: Message & { readonly request: number }): void;
  rejectAll(error: WampError): void;
}

interface Waiting extends RequestHooks {
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: WampError) => void;
}

export function createRequests(peer: Peer): Requests {
  const waiting = new Map<string, Waiting>();
  let lastRequest = 0;
  const keyOf = (requestType: number, request: number): string => `${requestType}:${request}`;

  /** Returns undefined if the message was sent. */
  function trySend(requestType: number, message: Message): WampError | undefined {
    const outcome = peer.send(message);
    switch (outcome) {
      case 'sent':
        return undefined;
      case 'closed':
        return new SessionLost('the connection is closed');
      default: {
        const uri = outcome === 'too_large' ? ERROR_URI.payloadSizeExceeded : ERROR_URI.invalidArgument;
        return new WampError(uri, { args: [`the ${messageName(requestType)} cannot be sent: ${outcome}`] });
      }
    }
  }

  return {
    send(requestType, build, hooks = {}) {
      lastRequest = nextId(lastRequest);
      const message = build(lastRequest);
      const key = keyOf(requestType, lastRequest);
      return new Promise((resolve, reject) => {
        // Stores the request before sending it, because a router in this process replies before
        // `send` returns.
        waiting.set(key, { resolve, reject, ...hooks });
        const failure = trySend(requestType, message);
        if (failure !== undefined && waiting.delete(key)) reject(failure);
      });
    },
    post(requestType, build) {
      lastRequest = nextId(lastRequest);
      const failure = trySend(requestType, build(lastRequest));
      if (failure !== undefined) throw failure;
    },
    settle(requestType, reply) {
      const key = keyOf(requestType, reply.request);
      const entry = waiting.get(key);
      if (entry === undefined) return;
      if (reply.type === MESSAGE.RESULT && reply.details['progress'] === true) {
        entry.onProgress?.(reply);
        return;
      }
      waiting.delete(key);
      if (reply.type === MESSAGE.ERROR) {
        entry.reject(new WampError(reply.uri, reply.payload, reply.details));
      } else {
        entry.onReply?.(reply);
        entry.resolve(reply);
      }
    },
    rejectAll(error) {
      for (const [key, entry] of waiting) {
        waiting.delete(key);
        entry.reject(error);
      }
    },
  };
}

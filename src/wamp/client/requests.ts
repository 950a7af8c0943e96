import { nextId } from '../ids.js';
import { MESSAGE, type Message, messageName, type Result } from '../messages.js';
import type { Peer } from '../peer.js';
import { ERROR_URI } from '../uris.js';
import { WampError } from '../wamp-error.js';

/** What happens in the same breath as a message arrives: what follows it on the pipe may already depend on it. */
export interface RequestHooks {
  readonly onAnswer?: (answer: Message) => void;
  /** A part of the result; the answer comes later. */
  readonly onProgress?: ((part: Result) => void) | undefined;
}

/** A client's requests that wait for their answers. */
export interface Requests {
  /**
   * Sends what `build` makes of the next request ID, and resolves with the answer.
   *
   * @throws WampError the router's ERROR, or that the message cannot be sent
   */
  send(requestType: number, build: (request: number) => Message, hooks?: RequestHooks): Promise<Message>;
  /** Sends what no answer is awaited for. @throws WampError */
  post(requestType: number, build: (request: number) => Message): void;
  /** Takes an answer. One to a request that is settled already is not worth a quarrel. */
  settle(requestType: number, answer: Message & { readonly request: number }): void;
  rejectAll(error: WampError): void;
}

interface Waiting extends RequestHooks {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: WampError) => void;
}

export function createRequests(peer: Peer): Requests {
  const waiting = new Map<string, Waiting>();
  let lastRequest = 0;
  const keyOf = (requestType: number, request: number): string => `${requestType}:${request}`;

  /** Undefined where the message is on its way. */
  function trySend(requestType: number, message: Message): WampError | undefined {
    const outcome = peer.send(message);
    switch (outcome) {
      case 'sent':
        return undefined;
      case 'closed':
        return new WampError(ERROR_URI.networkFailure, { args: ['the connection is closed'] });
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
        // Stored before it is sent: an in-process router answers before `send` returns.
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
    settle(requestType, answer) {
      const key = keyOf(requestType, answer.request);
      const entry = waiting.get(key);
      if (entry === undefined) return;
      if (answer.type === MESSAGE.RESULT && answer.details['progress'] === true) {
        entry.onProgress?.(answer);
        return;
      }
      waiting.delete(key);
      if (answer.type === MESSAGE.ERROR) {
        entry.reject(new WampError(answer.uri, answer.payload, answer.details));
      } else {
        entry.onAnswer?.(answer);
        entry.resolve(answer);
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

import { WebSocket } from 'ws';
import { parseJson } from '../../src/json.js';
import { decodeMessage } from '../../src/wamp/decode.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import { type Attach, localPeers, type Peer } from '../../src/wamp/peer.js';
import { createJsonSerializer } from '../../src/wamp/serializers/json.js';
import { type Frames, JSON_FRAMES } from './frames.js';

/**
 * A client that sends and receives WAMP messages as lists, without checks, so that it can break the
 * protocol.
 */
export interface RawClient {
  send(message: readonly unknown[]): void;
  /**
   * The next message as a list. Rejects if the connection closes first, or no message comes for 5
   * s.
   */
  next(): Promise<readonly unknown[]>;
  /** Number of messages that were received, but not yet returned by `next`. */
  readonly unread: number;
  /** Resolves with the WebSocket close code; 0 in process. */
  readonly closed: Promise<number>;
  close(): void;
}

export const ALL_ROLES = {
  caller: { features: { call_canceling: true } },
  callee: { features: { call_canceling: true } },
  publisher: {},
  subscriber: {},
};

/** Sends HELLO and returns the response. */
export async function hello(client: RawClient, realm = 'realm1', details: object = { roles: ALL_ROLES }) {
  client.send([MESSAGE.HELLO, realm, details]);
  return client.next();
}

const WAIT_MS = 5000;

/** A queue of received messages. */
function createInbox(): {
  push(message: readonly unknown[]): void;
  end(): void;
  next(): Promise<readonly unknown[]>;
  readonly size: number;
} {
  const messages: (readonly unknown[])[] = [];
  let wake = (): void => {};
  let ended = false;
  return {
    push(message) {
      messages.push(message);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async next() {
      const deadline = Date.now() + WAIT_MS;
      while (messages.length === 0) {
        if (ended) throw new Error('the connection closed');
        if (Date.now() >= deadline) throw new Error('no message came');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, WAIT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return messages.shift() as readonly unknown[];
    },
    get size() {
      return messages.length;
    },
  };
}

/** Connects over WebSocket. */
export async function connectRaw(
  url: string,
  frames: Frames = JSON_FRAMES,
): Promise<RawClient & { readonly ws: WebSocket }> {
  const ws = new WebSocket(url, [frames.subprotocol], { perMessageDeflate: false });
  const inbox = createInbox();
  ws.on('message', (data) => inbox.push(frames.read(data as Buffer)));
  ws.on('error', () => {});
  const closed = new Promise<number>((resolve) => {
    ws.on('close', (code) => {
      inbox.end();
      resolve(code);
    });
  });
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return {
    ws,
    send: (message) => ws.send(frames.write(message)),
    next: inbox.next,
    get unread() {
      return inbox.size;
    },
    closed,
    close: () => ws.close(),
  };
}

/** Connects in this process, over linked peers, as an ordinary client. */
export function attachRaw(attach: Attach): RawClient {
  const [ours, theirs] = localPeers();
  attach(theirs, { transport: 'in-process', trusted: false, handshakeTimeout: 0, handshakeElapsed: 0 });
  return rawOver(ours);
}

/** Sends and receives lists over any peer. */
export function rawOver(peer: Peer): RawClient {
  const inbox = createInbox();
  const closed = new Promise<number>((resolve) => {
    peer.listen({
      onMessage: (message) => inbox.push(toList(message)),
      onViolation: () => {},
      onClose() {
        inbox.end();
        resolve(0);
      },
    });
  });
  return {
    send: (message) => void peer.send(decodeMessage(message)),
    next: inbox.next,
    get unread() {
      return inbox.size;
    },
    closed,
    close: () => peer.close('normal'),
  };
}

/** A message as the list that its JSON frame has. */
export function toList(message: Message): readonly unknown[] {
  return parseJson(String(createJsonSerializer().encode(message)), 2048) as readonly unknown[];
}

import { createLink } from '../../src/attach/link.js';
import type { DialAttempt, Link, LinkOptions } from '../../src/attach/link-types.js';
import type { AttachedProcedure } from '../../src/attach/registrations.js';
import { silentObserver } from '../../src/observe/observer.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import { localPeers, type Peer } from '../../src/wamp/peer.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { keepLog, type LogLines } from './log-lines.js';

/** One connection of a link, seen from the router. */
export interface RouterEnd {
  readonly url: string;
  readonly attempt: DialAttempt;
  /** Everything that the link sent. */
  readonly received: Message[];
  send(message: Message): void;
  /** Breaks the connection. */
  close(): void;
  isClosed: boolean;
}

/** Decides what the router sends for a message. Undefined: what a friendly router sends. */
export type Script = (message: Message, end: RouterEnd) => readonly Message[] | undefined;

export interface ScriptedRouter {
  readonly link: Link;
  readonly clock: FakeClock;
  readonly log: LogLines;
  /** All connections so far. The last one is the current one. */
  readonly ends: RouterEnd[];
  /** The URLs of all attempts, refused ones included. */
  readonly dialled: string[];
  script: Script;
  /** Throws to refuse a connection. */
  refuse: (url: string) => void;
  /** Lets everything run that waits for no timer. */
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
}

export const procedure = (uri: string, more: Partial<AttachedProcedure> = {}): AttachedProcedure => ({
  uri,
  handler: () => Promise.resolve({ kind: 'result', payload: {} }),
  policy: 'roundrobin',
  concurrency: undefined,
  usesCaller: false,
  ...more,
});

/** A link to a router that a test plays. Both are in this process, and the clock is the test's. */
export function createScriptedRouter(options: Partial<LinkOptions> = {}): ScriptedRouter {
  const clock = createFakeClock();
  const log = keepLog();
  const router: ScriptedRouter = {
    clock,
    log,
    ends: [],
    dialled: [],
    script: () => undefined,
    refuse: () => {},
    link: createLink({
      realm: 'realm1',
      urls: ['ws://one/ws'],
      procedures: [procedure('com.a')],
      publishes: false,
      agent: 'gateway/1',
      credentials: () => ({ logins: [] }),
      hideSecret: (text) => text.replaceAll('hunter2', '***'),
      dial: (url, attempt) => dial(url, attempt),
      reconnect: { minMs: 500, maxMs: 30_000 },
      joinTimeoutMs: 10_000,
      replies: () => ({}),
      clock,
      // The middle of each wait, and the first of two URLs.
      random: () => 0.499999,
      log: log.log,
      observer: silentObserver,
      onChange() {},
      ...options,
    }),
    async settle() {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    async advance(ms) {
      clock.advance(ms);
      await router.settle();
    },
  };

  async function dial(url: string, attempt: DialAttempt): Promise<Peer> {
    router.dialled.push(url);
    router.refuse(url);
    const [ours, theirs] = localPeers();
    const end: RouterEnd = {
      url,
      attempt,
      received: [],
      isClosed: false,
      send: (message) => void theirs.send(message),
      close: () => theirs.close('normal'),
    };
    router.ends.push(end);
    theirs.listen({
      onMessage(message) {
        end.received.push(message);
        for (const reply of router.script(message, end) ?? friendlyReplies(message)) end.send(reply);
      },
      onViolation() {},
      onClose() {
        end.isClosed = true;
      },
    });
    return ours;
  }
  return router;
}

let lastId = 0;

/** What a router sends that accepts everything. */
export function friendlyReplies(message: Message): readonly Message[] {
  switch (message.type) {
    case MESSAGE.HELLO:
      return [{ type: MESSAGE.WELCOME, session: ++lastId, details: {} }];
    case MESSAGE.REGISTER:
      return [{ type: MESSAGE.REGISTERED, request: message.request, registration: ++lastId }];
    case MESSAGE.UNREGISTER:
      return [{ type: MESSAGE.UNREGISTERED, request: message.request }];
    case MESSAGE.GOODBYE:
      return [{ type: MESSAGE.GOODBYE, details: {}, reason: 'wamp.close.goodbye_and_out' }];
    default:
      return [];
  }
}

/** ERROR for a REGISTER. */
export function registerError(request: number, uri: string, message = ''): Message {
  const payload = message === '' ? {} : { args: [message] };
  return { type: MESSAGE.ERROR, requestType: MESSAGE.REGISTER, request, details: {}, uri, payload };
}

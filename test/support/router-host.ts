import { systemClock } from '../../src/clock.js';
import { createLogger, type Logger } from '../../src/log.js';
import { createRouter, type Router, type RouterOptions } from '../../src/router/router.js';
import { type Listener, type ListenerOptions, startListener } from '../../src/transport/listener.js';
import { createTurns } from '../../src/turns.js';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { LIMITS } from './limits.js';

export interface RouterHost {
  readonly router: Router;
  readonly listener: Listener;
  /** The first URL of the listener. */
  readonly url: string;
  /** Lines that router and listener have logged. */
  readonly logged: readonly string[];
  dispose(): Promise<void>;
}

/** A router with the realms `realm1` and `realm2` that listens on an ephemeral port. */
export async function startRouterHost(
  options: { readonly router?: Partial<RouterOptions>; readonly listener?: Partial<ListenerOptions> } = {},
): Promise<RouterHost> {
  const logged: string[] = [];
  // Router and listener share it, as in a gateway.
  const turns = createTurns(systemClock);
  const log: Logger = createLogger('debug', { write: (line) => void logged.push(line) });
  const router = createRouter({
    realms: ['realm1', 'realm2'],
    limits: LIMITS,
    allowAnonymous: true,
    agent: 'test-router',
    turns,
    log,
    ...options.router,
  });
  const listener = await startListener({
    protocol: 'websocket',
    host: '127.0.0.1',
    port: 0,
    path: '/ws',
    origins: ['*'],
    serializers: createSerializers(),
    attach: router.attach,
    maxMessageSize: 1024 * 1024,
    maxSendBuffer: 64 * 1024 * 1024,
    maxSendQueue: 100_000,
    maxSessions: 1000,
    maxSessionsPerSource: 0,
    maxUnjoined: 1000,
    maxUnjoinedPerSource: 0,
    maxJoinSize: 64 * 1024,
    handshakeTimeout: 10_000,
    pingInterval: 30_000,
    pingTimeout: 60_000,
    turns,
    log,
    ...options.listener,
  });
  return {
    router,
    listener,
    url: listener.urls[0] ?? '',
    logged,
    async dispose() {
      await listener.close();
      await router.close();
    },
  };
}

/**
 * Waits until `holds` is true. It looks again every few milliseconds, and rejects after 5 s with
 * what `saw` returns.
 */
export async function until(holds: () => boolean, saw: () => unknown = () => undefined): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`did not come to hold: ${JSON.stringify(saw())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const NOTHING_LEFT = {
  connections: 0,
  sessions: 0,
  registrations: 0,
  subscriptions: 0,
  pendingCalls: 0,
};

/** Waits until the router holds nothing: the leak check after every test of a host. */
export async function untilEmpty(host: RouterHost): Promise<void> {
  const empty = JSON.stringify(NOTHING_LEFT);
  await until(
    () => JSON.stringify(host.router.counts()) === empty,
    () => host.router.counts(),
  );
}

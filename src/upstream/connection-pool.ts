// One of undici's own files (connector.ts has another) and not its front, which loads the whole of it, with fetch, caches, WebSocket and mocks, and
// Node's own copy of undici besides: a sixth of the time of a start, and 8 MB. That is why package.json names one version.
import type { Client } from 'undici';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import type { Clock } from '../clock.js';
import { WaitQueue } from '../collections/wait-queue.js';
import type { Turns } from '../turns.js';
import type { CallControl } from './call-control.js';
import { createUpstreamConnector } from './connector.js';
import { filterInterimResponses, type InterimFilter, PIECE_BYTES } from './interim-responses.js';
import type { UpstreamTls } from './tls.js';

/** How a service's connections behave. Times in milliseconds; keys of the same names stand under `pool.` and `tls.`. */
export interface PoolOptions {
  readonly origin: string;
  readonly size: number;
  readonly maxWaiting: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  /** Of one response, as it comes over the wire. */
  readonly maxBodyBytes: number;
  /** Names and values of one response's header fields together. */
  readonly maxHeaderBytes: number;
  readonly tls: UpstreamTls;
}

/** One place in the pool: at most one call at a time, at most one TCP connection. */
export interface Connection {
  readonly client: Client;
  /** Undefined while no connection is open. */
  readonly filter: InterimFilter | undefined;
  /** True where the open connection has brought a response already. */
  readonly used: boolean;
}

/**
 * How an exchange leaves its connection.
 *
 * - `good`: it is used again at once.
 * - `resting`: it is used again once it has been silent for a while. The response was complete with its head, so nothing
 *   tells whether bytes come behind it, which the next caller would take for its own response.
 * - `broken`: it is closed, as its state is unknown.
 */
export type ConnectionState = 'good' | 'resting' | 'broken';

export type Checkout = Connection | 'full' | 'timeout' | 'canceled';

export interface ConnectionPool {
  /**
   * Takes a connection, waiting up to `waitMs` for one to become free. Answers at once, without a promise, when one is.
   * A cancelled call leaves the queue at once.
   *
   * @param now monotonic milliseconds
   */
  checkout(waitMs: number, control: CallControl, now: number): Connection | Promise<Checkout>;
  /** Gives a connection back. */
  release(connection: Connection, state: ConnectionState): void;
  /** Ends every connection; running exchanges fail. */
  close(): Promise<void>;
  readonly busy: number;
  readonly waiting: number;
}

/** Without a hint from the server a connection idles this long at most: many servers close theirs after 5 s. */
const IDLE_WITHOUT_HINT_MS = 4_000;
/** Taken off the server's own `Keep-Alive: timeout` hint, so that we close first and no POST meets a closing socket. */
const HINT_MARGIN_MS = 1_000;
const LIFETIME_JITTER = 0.1;
/** How long a resting connection has to be silent. Bytes that come meanwhile close it: undici waits for none. */
const REST_MS = 100;

/** What a response may bring beside its body: chunks of few bytes cost more than these, in sizes and line ends. */
const FRAMING_SHARE = 4;
const FRAMING_BYTES = 1024 * 1024;

interface Slot extends Connection {
  client: Client;
  filter: InterimFilter | undefined;
  used: boolean;
  connectedAt: number | undefined;
  lifetimeMs: number;
  /** Monotonic milliseconds, where it rests. */
  restsUntil: number;
}

interface Waiter {
  settle(checkout: Checkout): void;
}

/**
 * The connections of one service to one origin.
 *
 * undici's `Client` is one connection and does the HTTP; this keeps `size` of them and the queue in front, because three
 * promises need the single connection in hand: a bounded wait for one, a jittered lifetime for each, and never two calls
 * on one socket.
 */
export function createConnectionPool(
  options: PoolOptions,
  clock: Clock,
  random: () => number,
  turns: Turns,
): ConnectionPool {
  const connector = createUpstreamConnector(options);
  const limits = {
    headBytes: options.maxHeaderBytes,
    totalBytes: options.maxBodyBytes * FRAMING_SHARE + FRAMING_BYTES,
  };
  const slots = new Set<Slot>();
  // Last in, first out: the warmest connection serves next, and spare ones reach their idle timeout.
  const free: Slot[] = [];
  /** First in, first out: the one that has rested longest comes first. */
  const resting: Slot[] = [];
  const waiters = new WaitQueue<Waiter>();
  let closed = false;

  /** @param slot asked for later only: where the client stands then */
  function newClient(slot: () => Slot): Client {
    const client: Client = new UndiciClient(options.origin, {
      connect(target, callback) {
        connector(target, (...[error, socket]) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          const filter = filterInterimResponses(socket, limits, turns);
          if (slot().client === client) slot().filter = filter;
          callback(null, socket);
        });
      },
      pipelining: 1,
      allowH2: false,
      // Never met, as the filter and the exchange have ours.
      maxHeaderSize: options.maxHeaderBytes + 2 * PIECE_BYTES,
      keepAliveTimeout: Math.min(IDLE_WITHOUT_HINT_MS, options.idleTimeoutMs),
      keepAliveMaxTimeout: options.idleTimeoutMs,
      keepAliveTimeoutThreshold: HINT_MARGIN_MS,
      // An exchange keeps its own time: undici's clock ticks once a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    client.on('connect', () => {
      const opened = slot();
      if (opened.client !== client) return;
      opened.connectedAt = clock.monotonic();
      opened.lifetimeMs = options.maxLifetimeMs * (1 - LIFETIME_JITTER + 2 * LIFETIME_JITTER * random());
    });
    client.on('disconnect', () => {
      if (slot().client === client) forgetConnection(slot());
    });
    return client;
  }

  function addSlot(): Slot {
    const slot: Slot = {
      client: newClient(() => slot),
      filter: undefined,
      used: false,
      connectedAt: undefined,
      lifetimeMs: options.maxLifetimeMs,
      restsUntil: 0,
    };
    slots.add(slot);
    return slot;
  }

  function renew(slot: Slot): Slot {
    slot.client = newClient(() => slot);
    forgetConnection(slot);
    return slot;
  }

  /** A connection past its lifetime is closed and a new one made, so that changed DNS is noticed under steady load. */
  function renewIfOld(slot: Slot, now: number): Slot {
    if (slot.connectedAt !== undefined && now - slot.connectedAt > slot.lifetimeMs) {
      slot.client.close().catch(() => undefined);
      renew(slot);
    }
    return slot;
  }

  function destroyClient(slot: Slot): void {
    slot.client.destroy().catch(() => undefined);
  }

  function replace(slot: Slot): Slot {
    destroyClient(slot);
    return renew(slot);
  }

  /** The best place that nobody uses. */
  function takeIdle(now: number): Slot | undefined {
    if (resting.length > 0) wakeRested(now);
    const slot = free.pop();
    if (slot !== undefined) return renewIfOld(slot, now);
    if (slots.size < options.size) return addSlot();
    // A new connection is there sooner than a rest is over, and there may never be more than `size`.
    const tired = resting.shift();
    return tired && replace(tired);
  }

  function wakeRested(now: number): void {
    while (resting.length > 0 && (resting[0] as Slot).restsUntil <= now) free.push(resting.shift() as Slot);
  }

  function wait(waitMs: number, control: CallControl): Promise<Checkout> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle(checkout) {
          waiters.leave(place);
          stopTimer();
          control.waitsFor = undefined;
          resolve(checkout);
        },
      };
      const stopTimer = clock.after(waitMs, () => waiter.settle('timeout'));
      control.waitsFor = { cancel: () => waiter.settle('canceled') };
      const place = waiters.join(waiter);
    });
  }

  return {
    checkout(waitMs, control, now) {
      if (closed) return Promise.resolve('full');
      const slot = takeIdle(now);
      if (slot !== undefined) return slot;
      if (waiters.size >= options.maxWaiting) return Promise.resolve('full');
      return wait(waitMs, control);
    },

    release(connection, state) {
      const slot = connection as Slot;
      if (closed) {
        destroyClient(slot);
        return;
      }
      const next = waiters.first;
      if (state === 'broken' || (state === 'resting' && next !== undefined)) replace(slot);
      else slot.used = slot.connectedAt !== undefined;
      if (next !== undefined) {
        next.settle(renewIfOld(slot, clock.monotonic()));
      } else if (state === 'resting') {
        slot.restsUntil = clock.monotonic() + REST_MS;
        resting.push(slot);
      } else {
        free.push(slot);
      }
    },

    async close() {
      closed = true;
      for (let next = waiters.first; next !== undefined; next = waiters.first) next.settle('full');
      await Promise.all([...slots].map((slot) => slot.client.destroy()));
      slots.clear();
      free.length = 0;
      resting.length = 0;
    },

    get busy() {
      return slots.size - free.length - resting.length;
    },
    get waiting() {
      return waiters.size;
    },
  };
}

function forgetConnection(slot: Slot): void {
  slot.connectedAt = undefined;
  slot.filter = undefined;
  slot.used = false;
}

// Two of undici's own files and not its front, which loads the whole of it, with fetch, caches, WebSocket and mocks, and
// Node's own copy of undici besides: a sixth of the time of a start, and 8 MB. That is why package.json names one version.
import type { Client } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import type { Clock } from '../clock.js';
import type { CallControl } from './call-control.js';
import type { UpstreamTls } from './tls.js';
import { WaitingLine } from './waiting-line.js';

/** How a service's connections behave. Times in milliseconds; keys of the same names stand under `pool.` and `tls.`. */
export interface PoolOptions {
  readonly origin: string;
  readonly size: number;
  readonly maxWaiting: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly tls: UpstreamTls;
}

/** One place in the pool: at most one call at a time, at most one TCP connection. */
export interface Connection {
  readonly client: Client;
}

export type Checkout = Connection | 'full' | 'timeout' | 'canceled';

export interface ConnectionPool {
  /**
   * Takes a connection, waiting up to `waitMs` for one to become free. Answers at once, without a promise, when one is.
   * A cancelled call leaves the queue at once.
   *
   * @param now monotonic milliseconds
   */
  checkout(waitMs: number, control: CallControl, now: number): Connection | Promise<Checkout>;
  /** Gives a connection back. `broken` throws its socket away: its state is unknown. */
  release(connection: Connection, broken: boolean): void;
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

interface Slot extends Connection {
  client: Client;
  connectedAt: number | undefined;
  lifetimeMs: number;
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
): ConnectionPool {
  const connector = buildConnector({
    timeout: options.connectTimeoutMs,
    rejectUnauthorized: options.tls.verify,
    secureContext: options.tls.secureContext,
    ...(options.tls.servername && { servername: options.tls.servername }),
  });
  const slots = new Set<Slot>();
  // Last in, first out: the warmest connection serves next, and spare ones reach their idle timeout.
  const free: Slot[] = [];
  const waiters = new WaitingLine<Waiter>();
  let closed = false;

  function newClient(): Client {
    return new UndiciClient(options.origin, {
      connect: connector,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: Math.min(IDLE_WITHOUT_HINT_MS, options.idleTimeoutMs),
      keepAliveMaxTimeout: options.idleTimeoutMs,
      keepAliveTimeoutThreshold: HINT_MARGIN_MS,
      // An exchange keeps its own time: undici's clock ticks once a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  function watchAge(slot: Slot): void {
    const { client } = slot;
    slot.connectedAt = undefined;
    client.on('connect', () => {
      slot.connectedAt = clock.monotonic();
      slot.lifetimeMs = options.maxLifetimeMs * (1 - LIFETIME_JITTER + 2 * LIFETIME_JITTER * random());
    });
    client.on('disconnect', () => {
      if (slot.client === client) slot.connectedAt = undefined;
    });
  }

  function addSlot(): Slot {
    const slot: Slot = { client: newClient(), connectedAt: undefined, lifetimeMs: options.maxLifetimeMs };
    watchAge(slot);
    slots.add(slot);
    return slot;
  }

  function renew(slot: Slot): void {
    slot.client = newClient();
    watchAge(slot);
  }

  /** A connection past its lifetime is closed and a new one made, so that changed DNS is noticed under steady load. */
  function renewIfOld(slot: Slot, now: number): Slot {
    if (slot.connectedAt !== undefined && now - slot.connectedAt > slot.lifetimeMs) {
      slot.client.close().catch(() => undefined);
      renew(slot);
    }
    return slot;
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
      const slot = free.pop();
      if (slot !== undefined) return renewIfOld(slot, now);
      if (slots.size < options.size && !closed) return addSlot();
      if (closed || waiters.size >= options.maxWaiting) return Promise.resolve('full');
      return wait(waitMs, control);
    },

    release(connection, broken) {
      const slot = connection as Slot;
      if (broken) {
        slot.client.destroy().catch(() => undefined);
        if (!closed) renew(slot);
      }
      if (closed) return;
      const next = waiters.first;
      if (next === undefined) free.push(slot);
      else next.settle(renewIfOld(slot, clock.monotonic()));
    },

    async close() {
      closed = true;
      for (let next = waiters.first; next !== undefined; next = waiters.first) next.settle('full');
      await Promise.all([...slots].map((slot) => slot.client.destroy()));
      slots.clear();
      free.length = 0;
    },

    get busy() {
      return slots.size - free.length;
    },
    get waiting() {
      return waiters.size;
    },
  };
}

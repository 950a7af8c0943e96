import { Client } from 'undici';
import type { Clock } from '../clock.js';
import { FairQueue } from '../collections/fair-queue.js';
import type { Turns } from '../turns.js';
import type { CallControl } from './call-control.js';
import { createUpstreamConnector } from './connector.js';
import { filterInterimResponses, type InterimFilter, PIECE_BYTES } from './interim-responses.js';
import type { UpstreamTls } from './tls.js';

/**
 * Settings of a service's connections, from its keys `pool.*` and `tls.*`. Times in milliseconds.
 */
export interface PoolOptions {
  readonly origin: string;
  readonly size: number;
  readonly maxWaiting: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  /** The most bytes of one response body, as transferred. */
  readonly maxBodyBytes: number;
  /** The most bytes of all header names and values of one response together. */
  readonly maxHeaderBytes: number;
  readonly tls: UpstreamTls;
}

/** One place in the pool. It serves at most one call at a time over at most one TCP connection. */
export interface Connection {
  readonly kind: 'connection';
  readonly client: Client;
  /** Undefined while no connection is open. */
  readonly filter: InterimFilter | undefined;
  /** True if the open connection has already carried a response. */
  readonly used: boolean;
}

/**
 * The state of a connection after an exchange.
 *
 * - `good`: it can be used again at once.
 * - `resting`: it can be used again after a time of silence. The response had no body, but a wrong
 *   server may still send one, which the next caller would take for its own response.
 * - `broken`: its state is unknown, so it must be closed.
 */
export type ConnectionState = 'good' | 'resting' | 'broken';

/**
 * Why there is no connection: the queue is full, the wait took too long, or the call was cancelled.
 */
export interface NoConnection {
  readonly kind: 'full' | 'timeout' | 'canceled';
}

export type Checkout = Connection | NoConnection;

const FULL: NoConnection = { kind: 'full' };
const TIMEOUT: NoConnection = { kind: 'timeout' };
const CANCELED: NoConnection = { kind: 'canceled' };

export interface ConnectionPool {
  /**
   * Takes a connection. Waits up to `waitMs` for one to become free; a cancelled call leaves the
   * queue at once.
   *
   * @param now monotonic milliseconds
   * @returns the connection itself if one is free, otherwise a promise
   */
  checkout(waitMs: number, control: CallControl, now: number): Connection | Promise<Checkout>;
  /** Gives a connection back. */
  release(connection: Connection, state: ConnectionState): void;
  /** Closes every connection. Running exchanges fail. */
  close(): Promise<void>;
  readonly busy: number;
  readonly waiting: number;
}

/** The idle timeout if the server gives no hint: many servers close idle connections after 5 s. */
const IDLE_WITHOUT_HINT_MS = 4_000;
/** Subtracted from the server's `Keep-Alive: timeout`, so that we close first and lose no POST. */
const HINT_MARGIN_MS = 1_000;
const LIFETIME_JITTER = 0.1;
/**
 * How long a connection rests. undici closes it if bytes arrive in this time, as it expects none.
 */
const REST_MS = 100;

/**
 * The bytes of a response may be `FRAMING_SHARE` times its largest body, plus `FRAMING_BYTES`. Very
 * small chunks have sizes and line ends that are longer than their content.
 */
const FRAMING_SHARE = 4;
const FRAMING_BYTES = 1024 * 1024;

interface Slot extends Connection {
  client: Client;
  filter: InterimFilter | undefined;
  used: boolean;
  connectedAt: number | undefined;
  lifetimeMs: number;
  /** Monotonic milliseconds, if it rests. */
  restsUntil: number;
}

interface Waiter {
  settle(checkout: Checkout): void;
}

/**
 * The connections of one service to one origin.
 *
 * undici's `Client` is one connection and does the HTTP. This keeps `size` clients and the queue in
 * front of them, not undici's own pool. Three guarantees need access to the single connection: a
 * bounded wait for one, a lifetime with jitter for each, and never two calls on one socket.
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
  // Last in, first out: the most recently used connection is next, and spare ones time out.
  const free: Slot[] = [];
  /** First in, first out: the first one has rested longest. */
  const resting: Slot[] = [];
  /** Callers take turns: many calls of one do not delay those of others. */
  const waiters = new FairQueue<Waiter>();
  let closed = false;

  /** @param slot returns the slot of the client. Called only after `newClient` has returned. */
  function newClient(slot: () => Slot): Client {
    const client = new Client(options.origin, {
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
      // Never reached: the filter and the exchange enforce our own limit first.
      maxHeaderSize: options.maxHeaderBytes + 2 * PIECE_BYTES,
      keepAliveTimeout: Math.min(IDLE_WITHOUT_HINT_MS, options.idleTimeoutMs),
      keepAliveMaxTimeout: options.idleTimeoutMs,
      keepAliveTimeoutThreshold: HINT_MARGIN_MS,
      // An exchange has its own timers: undici's clock ticks once a second.
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
      kind: 'connection',
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

  /**
   * Replaces a connection after its lifetime, so that a changed DNS record takes effect under load.
   */
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

  /** Takes the best place that nobody uses; undefined if all are in use. */
  function takeIdle(now: number): Slot | undefined {
    if (resting.length > 0) wakeRested(now);
    const slot = free.pop();
    if (slot !== undefined) return renewIfOld(slot, now);
    if (slots.size < options.size) return addSlot();
    // A new connection opens sooner than a rest ends. It replaces one, to keep to `size`.
    const rested = resting.shift();
    return rested && replace(rested);
  }

  function wakeRested(now: number): void {
    while (resting.length > 0 && (resting[0] as Slot).restsUntil <= now) free.push(resting.shift() as Slot);
  }

  function wait(waitMs: number, control: CallControl): Promise<Checkout> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle(checkout) {
          waiters.leave(control.caller, place);
          stopTimer();
          control.waitsFor = undefined;
          resolve(checkout);
        },
      };
      const stopTimer = clock.after(waitMs, () => waiter.settle(TIMEOUT));
      control.waitsFor = { cancel: () => waiter.settle(CANCELED) };
      const place = waiters.join(control.caller, waiter);
    });
  }

  return {
    checkout(waitMs, control, now) {
      if (closed) return Promise.resolve(FULL);
      const slot = takeIdle(now);
      if (slot !== undefined) return slot;
      if (waiters.size >= options.maxWaiting) return Promise.resolve(FULL);
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
      for (let next = waiters.first; next !== undefined; next = waiters.first) next.settle(FULL);
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

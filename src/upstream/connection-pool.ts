import { Client } from 'undici';
import type { Clock } from '../clock.js';
import { FairQueue } from '../collections/fair-queue.js';
import { Tally } from '../collections/tally.js';
import type { Turns } from '../turns.js';
import type { CallControl } from './call-control.js';
import { callerKey } from './caller.js';
import { createUpstreamConnector } from './connector.js';
import { filterInterimResponses, type InterimFilter, PIECE_BYTES } from './interim-responses.js';
import { sendInAbsoluteForm } from './proxy/absolute-form.js';
import type { Route } from './proxy/routes.js';
import type { UpstreamTls } from './tls.js';

/**
 * Settings of a service's connections, from its keys `pool.*` and `tls.*`. Times in milliseconds.
 */
export interface PoolOptions {
  readonly origin: string;
  readonly size: number;
  readonly maxWaiting: number;
  /** How many calls of one caller may wait. 0 means no limit. See {@link callerKey}. */
  readonly maxWaitingPerCaller: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  /** The maximum bytes of one response body, as transferred. */
  readonly maxBodyBytes: number;
  /** The maximum bytes of all header names and values of one response together. */
  readonly maxHeaderBytes: number;
  readonly tls: UpstreamTls;
  /** Default: direct. */
  readonly route?: Route | undefined;
}

/** One place in the pool. It serves at most one call at a time over at most one TCP connection. */
export interface Connection {
  readonly kind: 'connection';
  readonly client: Client;
  /** Undefined while no connection is open. */
  readonly filter: InterimFilter | undefined;
  /** True if the open connection has already carried a response. */
  readonly used: boolean;
  /** True if a proxy reads the requests, so that it may answer itself. A tunnel carries only bytes. */
  readonly hasProxy: boolean;
}

/**
 * The state of a connection after an exchange.
 *
 * - `good`: it can be used again immediately.
 * - `resting`: it can be used again after a time of silence. The response has no body, but a faulty
 *   server may still send one. The next caller would take it for its own response.
 * - `broken`: its state is unknown, so it must be closed.
 */
export type ConnectionState = 'good' | 'resting' | 'broken';

/**
 * Why there is no connection: the queue is full, this caller's share of it is full, the wait took too
 * long, or the call was cancelled.
 */
export interface NoConnection {
  readonly kind: 'full' | 'share_full' | 'timeout' | 'canceled';
}

export type Checkout = Connection | NoConnection;

const FULL: NoConnection = { kind: 'full' };
const SHARE_FULL: NoConnection = { kind: 'share_full' };
const TIMEOUT: NoConnection = { kind: 'timeout' };
const CANCELED: NoConnection = { kind: 'canceled' };

export interface ConnectionPool {
  /**
   * Takes a connection. Waits up to `waitMs` for a free one. A cancelled call leaves the queue
   * immediately.
   *
   * @param now monotonic milliseconds
   * @returns the connection itself if one is free, otherwise a promise
   */
  checkout(waitMs: number, control: CallControl, now: number): Connection | Promise<Checkout>;
  /** Gives a connection back. */
  release(connection: Connection, state: ConnectionState): void;
  /**
   * Closes the idle connections now, and each other one after its call. Calls can still take
   * connections, for instance for their next attempt.
   */
  retire(): void;
  /** Closes every connection. Running exchanges fail. */
  close(): Promise<void>;
  readonly busy: number;
  /** Open connections that no call uses. */
  readonly idle: number;
  readonly waiting: number;
}

/**
 * The idle timeout if the server sends no `Keep-Alive: timeout`. Many servers close idle
 * connections after 5 s.
 */
const IDLE_WITHOUT_HINT_MS = 4_000;
/**
 * Subtracted from the server's `Keep-Alive: timeout`, so that the gateway closes first and loses no
 * POST.
 */
const HINT_MARGIN_MS = 1_000;
const LIFETIME_JITTER = 0.1;
/**
 * How long a connection rests. If bytes arrive in this time, undici closes the connection, because
 * it expects none.
 */
const REST_MS = 100;

/**
 * The bytes of a response may be `FRAMING_SHARE` times its largest body, plus `FRAMING_BYTES`. In
 * very small chunks, the size line and the line ends are longer than the content.
 */
const FRAMING_SHARE = 4;
const FRAMING_BYTES = 1024 * 1024;

interface Slot extends Connection {
  client: Client;
  filter: InterimFilter | undefined;
  used: boolean;
  connectedAt: number | undefined;
  lifetimeMs: number;
  /** When the connection has rested long enough, in monotonic milliseconds. */
  restsUntil: number;
}

interface Waiter {
  settle(checkout: Checkout): void;
}

/**
 * The connections of one service to one origin.
 *
 * undici's `Client` is one connection and does the HTTP. This pool holds `size` clients and the
 * queue in front of them. It replaces undici's own pool, because three guarantees need access to
 * the single connection: a bounded wait for a connection, a lifetime with jitter for each
 * connection, and never two calls on one socket.
 */
export function createConnectionPool(
  options: PoolOptions,
  clock: Clock,
  random: () => number,
  turns: Turns,
): ConnectionPool {
  const connector = createUpstreamConnector(options, clock);
  const { route } = options;
  const proxy = route?.kind === 'proxy' && options.origin.startsWith('http:') ? route.proxy : undefined;
  const limits = {
    headBytes: options.maxHeaderBytes,
    totalBytes: options.maxBodyBytes * FRAMING_SHARE + FRAMING_BYTES,
  };
  const slots = new Set<Slot>();
  // Last in, first out. The most recently used connection is next, so that unused ones time out.
  const free: Slot[] = [];
  /** First in, first out. The first connection has rested longest. */
  const resting: Slot[] = [];
  /** Sessions take turns, so that many calls of one session do not delay the calls of others. */
  const waiters = new FairQueue<Waiter>();
  /** The waiting calls of each caller. Undefined if callers have no limit. */
  const shares = options.maxWaitingPerCaller > 0 ? new Tally() : undefined;
  let closed = false;
  let retired = false;

  /**
   * @param slot returns the slot of the client. It is called only after `newClient` has returned.
   */
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
      // This limit is never reached, because the filter and the exchange enforce their limit first.
      maxHeaderSize: options.maxHeaderBytes + 2 * PIECE_BYTES,
      keepAliveTimeout: Math.min(IDLE_WITHOUT_HINT_MS, options.idleTimeoutMs),
      keepAliveMaxTimeout: options.idleTimeoutMs,
      keepAliveTimeoutThreshold: HINT_MARGIN_MS,
      // An exchange has its own timers, because undici's clock ticks only once a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    if (proxy !== undefined) sendInAbsoluteForm(client, options.origin, proxy);
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
      hasProxy: proxy !== undefined,
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

  function removeSlot(slot: Slot): void {
    slots.delete(slot);
    destroyClient(slot);
  }

  function destroyClient(slot: Slot): void {
    slot.client.destroy().catch(() => undefined);
  }

  function replace(slot: Slot): Slot {
    destroyClient(slot);
    return renew(slot);
  }

  /** Takes the best idle place. Returns undefined if all places are in use. */
  function takeIdle(now: number): Slot | undefined {
    if (resting.length > 0) wakeRested(now);
    const slot = free.pop();
    if (slot !== undefined) return renewIfOld(slot, now);
    if (slots.size < options.size) return addSlot();
    // Opening a new connection is faster than waiting for the end of a rest. The new one replaces a
    // resting one, so that the pool keeps its `size`.
    const rested = resting.shift();
    return rested && replace(rested);
  }

  function wakeRested(now: number): void {
    while (resting.length > 0 && (resting[0] as Slot).restsUntil <= now) free.push(resting.shift() as Slot);
  }

  function wait(waitMs: number, control: CallControl): Promise<Checkout> {
    const session = control.caller?.session;
    const caller = shares && callerKey(control.caller);
    if (shares !== undefined && shares.of(caller) >= options.maxWaitingPerCaller) {
      return Promise.resolve(SHARE_FULL);
    }
    shares?.add(caller);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle(checkout) {
          waiters.leave(session, place);
          shares?.remove(caller);
          stopTimer();
          control.waitsFor = undefined;
          resolve(checkout);
        },
      };
      const stopTimer = clock.after(waitMs, () => waiter.settle(TIMEOUT));
      control.waitsFor = { cancel: () => waiter.settle(CANCELED) };
      const place = waiters.join(session, waiter);
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
      if (retired && next === undefined) {
        removeSlot(slot);
        return;
      }
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

    retire() {
      retired = true;
      for (const slot of [...free.splice(0), ...resting.splice(0)]) removeSlot(slot);
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
    get idle() {
      return openOf(free) + openOf(resting);
    },
    get waiting() {
      return waiters.size;
    },
  };
}

function openOf(slots: readonly Slot[]): number {
  return slots.reduce((count, { connectedAt }) => count + (connectedAt === undefined ? 0 : 1), 0);
}

function forgetConnection(slot: Slot): void {
  slot.connectedAt = undefined;
  slot.filter = undefined;
  slot.used = false;
}

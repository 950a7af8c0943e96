import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import type { Turns } from '../turns.js';
import { createCallControl } from './call-control.js';
import { type Connection, createConnectionPool, type PoolOptions } from './connection-pool.js';
import { classifyFailure } from './exchange-failure.js';
import { CREDENTIALS_REFUSED, PROXY_AUTHENTICATION_REQUIRED } from './proxy/proxy-failure.js';

/** Where a probe goes. */
export interface ProbeTarget {
  /** Scheme, host and port: `https://billing.example.com`. */
  readonly origin: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
}

/** How a probe ended: with any HTTP response, or without one. */
export type ProbeOutcome =
  | { readonly kind: 'response'; readonly status: number }
  /** `cause` is for the log. It contains no URL, header or body. */
  | { readonly kind: 'failure'; readonly cause: string };

/** A running probe. */
export interface Probe {
  /** Never rejects. */
  readonly outcome: Promise<ProbeOutcome>;
  /** Ends the probe and closes its connection. Does nothing if it has ended. */
  stop(): void;
}

export interface ProbeOptions {
  readonly method: 'GET' | 'HEAD';
  /** Flat list: name, value, name, value … */
  readonly headers: readonly string[];
  readonly timeoutMs: number;
  /** For the connection. A probe has its own, and uses it once. */
  readonly connection: Omit<PoolOptions, 'origin' | 'size' | 'maxWaiting' | 'maxWaitingPerCaller'>;
}

export interface ProbeParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly turns: Turns;
}

/**
 * Sends one request over a connection of its own, and waits for the head of the response. It does
 * not wait for the body, because even an endless body is a sign of life.
 */
export function sendProbe(target: ProbeTarget, options: ProbeOptions, parts: ProbeParts): Probe {
  const { clock } = parts;
  const pool = createConnectionPool(
    { ...options.connection, origin: target.origin, size: 1, maxWaiting: 1, maxWaitingPerCaller: 0 },
    clock,
    parts.random,
    parts.turns,
  );
  let stop = (): void => {};
  const outcome = new Promise<ProbeOutcome>((resolve) => {
    const end = (ended: ProbeOutcome): void => {
      stopTimer();
      resolve(ended);
      pool.close().catch(() => undefined);
    };
    const timedOut = `no response within liveness.timeout (${options.timeoutMs} ms)`;
    const stopTimer = clock.after(options.timeoutMs, () => end({ kind: 'failure', cause: timedOut }));
    stop = () => end({ kind: 'failure', cause: 'stopped' });
    // The only place of a new pool is free, so there is nothing to wait for.
    const control = createCallControl(Number.POSITIVE_INFINITY);
    const connection = pool.checkout(options.timeoutMs, control, clock.monotonic()) as Connection;
    const { method, headers } = options;
    connection.client.dispatch(
      { method, path: target.path, headers: headers as string[], body: null, reset: true },
      createHandler(connection, end),
    );
  });
  return { outcome, stop: () => stop() };
}

function createHandler(
  connection: Connection,
  end: (outcome: ProbeOutcome) => void,
): Dispatcher.DispatchHandler {
  return {
    onConnect() {
      connection.filter?.expectResponse({ heard: () => {} });
    },
    onHeaders(status) {
      const isOfProxy = status === PROXY_AUTHENTICATION_REQUIRED && connection.hasProxy;
      end(isOfProxy ? { kind: 'failure', cause: CREDENTIALS_REFUSED } : { kind: 'response', status });
      return true;
    },
    onData: () => true,
    onComplete() {},
    onError(error) {
      end({ kind: 'failure', cause: classifyFailure(error, true).detail });
    },
  };
}

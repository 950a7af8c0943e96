import type { WebSocket } from 'ws';
import type { Clock } from '../clock.js';

/** Pings that may go unanswered before a connection counts as dead. */
const MISSED_PINGS = 2;

/** Finds dead connections, which TCP alone may not notice for hours: one timer for all of a listener's. */
export interface Heartbeat {
  watch(ws: WebSocket): void;
  stop(): void;
}

/** @param interval milliseconds between pings; a connection is cut at the third after the last answer */
export function createHeartbeat(clock: Clock, interval: number): Heartbeat {
  const missed = new Map<WebSocket, number>();
  let stopTimer = clock.after(interval, beat);

  function beat(): void {
    for (const [ws, count] of missed) {
      if (count >= MISSED_PINGS) {
        ws.terminate();
      } else {
        missed.set(ws, count + 1);
        if (ws.readyState === ws.OPEN) ws.ping();
      }
    }
    stopTimer = clock.after(interval, beat);
  }

  return {
    watch(ws) {
      missed.set(ws, 0);
      ws.on('pong', () => missed.set(ws, 0));
      ws.on('close', () => missed.delete(ws));
    },
    stop: () => stopTimer(),
  };
}

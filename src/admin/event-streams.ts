import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { SECURITY_HEADERS } from './answer.js';
import type { ConsoleOperations } from './console-operations.js';

/** Maximum streams at a time. */
export const MAX_STREAMS = 20;
/** Maximum bytes that a stream keeps for a client that reads slowly. */
export const MAX_WAITING_BYTES = 1024 * 1024;
/** Milliseconds between two statuses. They also keep the connection alive in proxies. */
const STATUS_MS = 2_000;
/** Milliseconds from a change to the next status. Several changes often come together. */
const CHANGE_MS = 100;
/** Milliseconds after which a browser connects again. */
const RETRY_MS = 2_000;

const STREAM_HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx would collect the events otherwise.
  'x-accel-buffering': 'no',
};

export interface StreamOptions {
  /** Whether the client wants the calls that end. */
  readonly withCalls: boolean;
  /** Whether the client still has permission. Asked before each status. */
  readonly isAllowed: () => boolean;
}

/** The open streams of server-sent events (HTML Standard section 9.2). */
export interface EventStreams {
  /** @returns false if there are too many */
  open(response: ServerResponse, options: StreamOptions): boolean;
  /** Ends all streams, and opens none from now on. */
  close(): void;
}

export function createEventStreams(
  operations: Pick<ConsoleOperations, 'statusEvent' | 'onChange' | 'watchCalls'>,
  clock: Clock,
): EventStreams {
  const streams = new Map<ServerResponse, StreamOptions>();
  let isClosed = false;
  let stopTimer = (): void => {};
  /** When the next status is due, in monotonic milliseconds. */
  let dueAt = Number.POSITIVE_INFINITY;
  let stopFollowing = (): void => {};
  let stopWatching: (() => void) | undefined;

  function sendStatusIn(ms: number): void {
    const at = clock.monotonic() + ms;
    if (at >= dueAt) return;
    stopTimer();
    dueAt = at;
    stopTimer = clock.after(ms, () => {
      dueAt = Number.POSITIVE_INFINITY;
      sendStatus();
    });
  }

  function sendStatus(): void {
    for (const [response, { isAllowed }] of streams) if (!isAllowed()) end(response);
    if (streams.size === 0) return;
    const text = statusText();
    for (const response of streams.keys()) send(response, text);
    sendStatusIn(STATUS_MS);
  }

  const statusText = (): string => eventText('status', operations.statusEvent());

  function watchCalls(): void {
    stopWatching ??= operations.watchCalls((batch) => {
      const text = eventText('calls', batch);
      for (const [response, { withCalls }] of streams) if (withCalls) send(response, text);
    });
  }

  function forget(response: ServerResponse): void {
    if (!streams.delete(response)) return;
    if (![...streams.values()].some(({ withCalls }) => withCalls)) {
      stopWatching?.();
      stopWatching = undefined;
    }
    if (streams.size > 0) return;
    stopFollowing();
    stopTimer();
    dueAt = Number.POSITIVE_INFINITY;
  }

  function end(response: ServerResponse): void {
    forget(response);
    response.end();
  }

  return {
    open(response, options) {
      if (isClosed || streams.size >= MAX_STREAMS) return false;
      if (response.destroyed) return true;
      const text = statusText();
      if (streams.size === 0) {
        stopFollowing = operations.onChange(() => sendStatusIn(CHANGE_MS));
        sendStatusIn(STATUS_MS);
      }
      streams.set(response, options);
      if (options.withCalls) watchCalls();
      response.once('close', () => forget(response));
      response.writeHead(200, STREAM_HEADERS);
      response.write(`retry: ${RETRY_MS}\n\n${text}`);
      return true;
    },
    close() {
      isClosed = true;
      for (const response of [...streams.keys()]) end(response);
    },
  };
}

/** JSON has no line break, so one line is enough. */
function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Closes the connection of a client that reads too slowly. A browser connects again. */
function send(response: ServerResponse, text: string): void {
  if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  else response.write(text);
}

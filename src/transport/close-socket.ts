import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.js';

/** Milliseconds that the other end has to close a connection after we have closed our half. */
export const CLOSE_WAIT_MS = 1000;

/**
 * Closes a connection after all written data was sent. Waits for the other end for at most {@link
 * CLOSE_WAIT_MS}. The other end may not read, or may keep its half open as autobahn|js does.
 */
export function hangUp(socket: Socket, clock: Clock): void {
  if (socket.destroyed) return;
  const stopTimer = clock.after(CLOSE_WAIT_MS, () => cut(socket));
  socket.once('close', stopTimer);
  socket.end();
  // Discards further input. If input stays unread, the system resets the connection, and the last
  // messages are lost.
  socket.resume();
}

/**
 * Closes a connection at once. Resets plain TCP, so that the system discards unsent data as well.
 */
export function cut(socket: Socket): void {
  if (socket.destroyed) return;
  if (isPlainTcp(socket) && !isShuttingDown(socket)) socket.resetAndDestroy();
  else socket.destroy();
}

/** Node can reset only plain TCP sockets. */
function isPlainTcp(socket: Socket): boolean {
  return !(socket instanceof TLSSocket) && socket.remotePort !== undefined;
}

/**
 * Whether the shutdown of our half is in progress. During it, libuv refuses a reset ("should not be
 * used in combination with shutdown()"). Node would then drop the connection without closing it.
 */
function isShuttingDown({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}

/** Shared, because the stack of an error is costly. */
const LOST = Object.assign(new Error('the connection was cut off'), { code: 'ERR_STREAM_DESTROYED' });

/**
 * Gives all pending writes of a destroyed socket one shared error. Otherwise Node creates an error
 * per pending write (`errorBuffer` in lib/internal/streams/writable.js). For a hundred thousand
 * writes, this blocks the event loop for a second.
 *
 * @param socket must have a listener for `error`
 */
export function loseAtOnce(socket: Socket): void {
  socket.destroy = destroyWithReason;
}

function destroyWithReason(this: Socket, error?: Error): Socket {
  return Socket.prototype.destroy.call(this, error ?? (this.writableLength > 0 ? LOST : undefined));
}

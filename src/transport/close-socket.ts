import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.js';

/** How long a connection that we ended may take to end on its other side too, in milliseconds. */
export const CLOSE_WAIT_MS = 1000;

/**
 * Ends a connection in good order: what was written leaves first. Waits {@link CLOSE_WAIT_MS} at most for the other end,
 * which may read nothing, or keep its half open as autobahn|js does.
 */
export function hangUp(socket: Socket, clock: Clock): void {
  if (socket.destroyed) return;
  const stopTimer = clock.after(CLOSE_WAIT_MS, () => cut(socket));
  socket.once('close', stopTimer);
  socket.end();
  // What still comes is thrown away: unread, it would make the system reset the connection and lose our last words.
  socket.resume();
}

/** Ends a connection now. Over plain TCP it is reset, so that the system too forgets at once what nobody reads. */
export function cut(socket: Socket): void {
  if (socket.destroyed) return;
  if (isPlainTcp(socket) && !isShuttingDown(socket)) socket.resetAndDestroy();
  else socket.destroy();
}

/** Node can reset nothing else. */
function isPlainTcp(socket: Socket): boolean {
  return !(socket instanceof TLSSocket) && socket.remotePort !== undefined;
}

/**
 * The moment in which the system is told that nothing more is written. A reset is refused then (libuv: "should not be
 * used in combination with shutdown()"), and Node has forgotten the connection without closing it.
 */
function isShuttingDown({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}

/** One for all, with no stack of its own. */
const LOST = Object.assign(new Error('the connection was cut off'), { code: 'ERR_STREAM_DESTROYED' });

/**
 * Has what waits in a socket be lost for one and the same reason. Without one Node makes an error for each write that waits
 * (`errorBuffer` in its lib/internal/streams/writable.js): a second for a hundred thousand, in which nobody is served.
 *
 * @param socket must have a listener for `error`
 */
export function loseAtOnce(socket: Socket): void {
  socket.destroy = destroyWithReason;
}

function destroyWithReason(this: Socket, error?: Error): Socket {
  return Socket.prototype.destroy.call(this, error ?? (this.writableLength > 0 ? LOST : undefined));
}

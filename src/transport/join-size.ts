import type { Socket } from 'node:net';

/**
 * Bounds what a client sends before it has joined: its HELLO and AUTHENTICATE, in bytes. A message that never ends would
 * else be kept up to the size that is meant for those who have logged in.
 *
 * @param most `wamp.max_join_size`
 * @param onTooMuch called once
 * @returns what stops the counting, for when it has joined
 */
export function boundJoinSize(socket: Socket, most: number, onTooMuch: () => void): () => void {
  let rest = most;
  function count(chunk: Buffer): void {
    rest -= chunk.length;
    if (rest >= 0) return;
    stop();
    onTooMuch();
  }
  function stop(): void {
    socket.off('data', count);
  }
  // Before whoever reads what is in it, so that the last chunk of a HELLO counts too.
  socket.prependListener('data', count);
  return stop;
}

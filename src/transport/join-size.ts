import type { Socket } from 'node:net';

/**
 * Limits the bytes that a client sends before it has joined, in HELLO and AUTHENTICATE. Without
 * this limit, a client that has not logged in could send a message of the size that logged-in
 * clients may send.
 *
 * @param maxBytes `wamp.max_join_size`
 * @param onTooMuch called once
 * @returns a function that stops the counting. Call it when the client has joined.
 */
export function boundJoinSize(socket: Socket, maxBytes: number, onTooMuch: () => void): () => void {
  let remaining = maxBytes;
  function count(chunk: Buffer): void {
    remaining -= chunk.length;
    if (remaining >= 0) return;
    stop();
    onTooMuch();
  }
  function stop(): void {
    socket.off('data', count);
  }
  // Runs before the parser's listener, because parsing a complete HELLO stops the counting.
  socket.prependListener('data', count);
  return stop;
}

import type { Socket } from 'node:net';

/**
 * Limits the bytes that a client sends before it has joined: its HELLO and AUTHENTICATE. Without
 * this limit, an endless message would be kept up to the size allowed for logged-in clients.
 *
 * @param maxBytes `wamp.max_join_size`
 * @param onTooMuch called once
 * @returns a function that stops the counting, for the moment the client has joined
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
  // Before the parser's listener: parsing a complete HELLO stops the counting.
  socket.prependListener('data', count);
  return stop;
}

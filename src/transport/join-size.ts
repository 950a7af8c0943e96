import type { Socket } from 'node:net';

/** How much a client has sent while it had not joined a realm. */
export interface JoinSize {
  /** It has joined, and what it sends is not counted; or it has left, and is counted anew. */
  joined(isJoined: boolean): void;
}

/**
 * Bounds what a client sends before it has joined: its HELLO and AUTHENTICATE, in bytes. A message that never ends would
 * else be kept up to the size that is meant for those who have logged in.
 *
 * @param most `wamp.max_join_size`
 * @param onTooMuch called once
 */
export function boundJoinSize(socket: Socket, most: number, onTooMuch: () => void): JoinSize {
  let rest = most;
  let counts = true;
  function count(chunk: Buffer): void {
    rest -= chunk.length;
    if (rest >= 0) return;
    stop();
    onTooMuch();
  }
  function stop(): void {
    counts = false;
    socket.off('data', count);
  }
  // Before whoever reads what is in it, so that the last chunk of a HELLO counts too.
  socket.prependListener('data', count);
  return {
    joined(isJoined) {
      if (isJoined === !counts) return;
      if (isJoined) return stop();
      rest = most;
      counts = true;
      socket.prependListener('data', count);
    },
  };
}

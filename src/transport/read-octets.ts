import type { Socket } from 'node:net';

/**
 * Reads exactly `count` octets. Puts back the octets after them, and leaves the socket paused for
 * the next reader. Does not call `take` if the connection ends first.
 */
export function readOctets(socket: Socket, count: number, take: (octets: Buffer) => void): void {
  let read = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    if (read.length < count) return;
    socket.off('data', onData);
    socket.pause();
    if (read.length > count) socket.unshift(read.subarray(count));
    take(read.subarray(0, count));
  };
  socket.on('data', onData);
  socket.resume();
}

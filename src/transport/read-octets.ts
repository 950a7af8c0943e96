import type { Socket } from 'node:net';

/**
 * Reads so many octets, in however many pieces they come. What follows them is put back, and the socket is left paused
 * for whoever reads on. Where the connection ends before, `take` is never called.
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

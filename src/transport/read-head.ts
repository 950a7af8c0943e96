import type { Socket } from 'node:net';

/** Maximum octets of a head. Node refuses a longer one with 431. */
const MAX_HEAD = 16 * 1024;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Reads the head of one HTTP request (RFC 9112 section 2), and leaves the socket paused. Without
 * this, Node's parser would handle hundreds of requests in one chunk while all other clients wait.
 *
 * @param take gets the head and the data after it. Data that is not a head, or is too long, is
 * passed on unchanged, and the parser reports the error. Not called if the connection ends first.
 */
export function readHead(socket: Socket, take: (head: Buffer, rest: Buffer) => void): void {
  let read = Buffer.alloc(0);
  const scan = createHeadScan();
  const onData = (chunk: Buffer): void => {
    const end = scan(chunk);
    const before = read.length;
    read = Buffer.concat([read, chunk]);
    if (end === undefined && read.length <= MAX_HEAD) return;
    socket.off('data', onData);
    socket.pause();
    const length = end === undefined ? read.length : before + end;
    take(read.subarray(0, length), read.subarray(length));
  };
  socket.on('data', onData);
  socket.resume();
}

/**
 * Finds the empty line that ends a head, or an octet that is not allowed in a head. The returned
 * function takes the chunks in order. It returns the index in the chunk at which the head ends.
 */
function createHeadScan(): (chunk: Buffer) => number | undefined {
  // A server ignores empty lines before the request (RFC 9112 section 2.2).
  let hasBegun = false;
  let isLineEmpty = false;
  return (chunk) => {
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at] as number;
      if (octet === LINE_FEED) {
        if (hasBegun && isLineEmpty) return at + 1;
        isLineEmpty = true;
      } else if (octet !== CARRIAGE_RETURN) {
        if ((octet < SPACE && octet !== TAB) || octet === DELETE) return chunk.length;
        hasBegun = true;
        isLineEmpty = false;
      }
    }
    return undefined;
  };
}

import type { Socket } from 'node:net';

/** Octets of the longest head that is looked for; Node takes no longer one (431). */
const MAX_HEAD = 16 * 1024;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Reads the head of one HTTP request (RFC 9112 section 2), in however many pieces it comes, and leaves the socket paused.
 * A parser would serve all requests that come in one piece before it lets anybody else speak: hundreds of them.
 *
 * @param take gets the head, and what came behind it. What is no head, or too long for one, comes as it is, for the
 * parser to say so. Where the connection ends before, it is never called.
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

/** Looks for the empty line that ends a head, or for an octet that no head holds: where it ends in the next piece. */
function createHeadScan(): (piece: Buffer) => number | undefined {
  // Empty lines before the request are skipped (RFC 9112 section 2.2).
  let hasBegun = false;
  let isLineEmpty = false;
  return (piece) => {
    for (let at = 0; at < piece.length; at++) {
      const octet = piece[at] as number;
      if (octet === LINE_FEED) {
        if (hasBegun && isLineEmpty) return at + 1;
        isLineEmpty = true;
      } else if (octet !== CARRIAGE_RETURN) {
        if ((octet < SPACE && octet !== TAB) || octet === DELETE) return piece.length;
        hasBegun = true;
        isLineEmpty = false;
      }
    }
    return undefined;
  };
}

import type { Socket } from 'node:net';

/** Octets of the longest ClientHello that is taken; browsers send 2 KB. */
const MAX_HELLO = 16 * 1024;

/** The content type of a record that holds a part of a handshake (RFC 8446 section 5.1). */
const HANDSHAKE_RECORD = 22;
/** Octets of a record's header: its type, the version, and two of its length. */
const RECORD_HEADER = 5;
/** Octets of a message's header: its type, and three of its length (RFC 8446 section 4). */
const MESSAGE_HEADER = 4;

/**
 * Waits until the first message of a TLS handshake is there whole, puts it back, and leaves the socket paused. Its last
 * octet is what makes a server compute: until it comes, a connection costs next to nothing.
 *
 * @param then is not called where the connection ends before; one with a longer message is cut
 */
export function awaitClientHello(socket: Socket, then: () => void): void {
  let read = Buffer.alloc(0);
  const isWhole = createHelloScan();
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    if (isWhole(chunk)) {
      socket.off('data', onData);
      socket.pause();
      socket.unshift(read);
      then();
    } else if (read.length > MAX_HELLO) {
      socket.off('data', onData);
      socket.destroy();
    }
  };
  socket.on('data', onData);
  socket.resume();
}

/**
 * Looks for the end of the first message, which may be cut into any number of records. What is no handshake counts as
 * whole: the TLS library refuses it.
 *
 * @returns told piece after piece; true as soon as the message is whole
 */
export function createHelloScan(): (piece: Uint8Array) => boolean {
  let inHeader = 0;
  let highOctet = 0;
  let recordLeft = 0;
  let messageRead = 0;
  let messageLength = 0;

  /** Returns true for the last octet of the message. */
  function take(octet: number): boolean {
    recordLeft--;
    if (messageRead > 0 && messageRead < MESSAGE_HEADER) messageLength = messageLength * 256 + octet;
    messageRead++;
    return messageRead >= MESSAGE_HEADER && messageRead === MESSAGE_HEADER + messageLength;
  }

  return (piece) => {
    for (const octet of piece) {
      if (recordLeft > 0) {
        if (take(octet)) return true;
        continue;
      }
      inHeader++;
      if (inHeader === 1 && octet !== HANDSHAKE_RECORD) return true;
      if (inHeader === RECORD_HEADER - 1) highOctet = octet;
      if (inHeader === RECORD_HEADER) {
        recordLeft = highOctet * 256 + octet;
        inHeader = 0;
      }
    }
    return false;
  };
}

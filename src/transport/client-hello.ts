import type { Socket } from 'node:net';

/** Octets of the longest accepted ClientHello. Browsers send 2 KB. */
const MAX_HELLO = 16 * 1024;

/** The content type of a record with handshake data (RFC 8446 section 5.1). */
const HANDSHAKE_RECORD = 22;
/** Octets of a record's header: one of its type, two of the version, two of its length. */
const RECORD_HEADER = 5;
/** Octets of a message's header: one of its type, three of its length (RFC 8446 section 4). */
const MESSAGE_HEADER = 4;

/**
 * Waits until the first message of a TLS handshake is complete, puts it back, and leaves the socket
 * paused. A server computes only after the last octet of this message. Until then, a connection
 * costs almost nothing.
 *
 * @param then gets the records of the message. Not called if the connection ends first. Not called
 * either if the message is too long: then the connection is closed.
 */
export function awaitClientHello(socket: Socket, then: (records: Buffer) => void): void {
  let read = Buffer.alloc(0);
  const isComplete = createHelloScan();
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    if (isComplete(chunk)) {
      socket.off('data', onData);
      socket.pause();
      socket.unshift(read);
      then(read);
    } else if (read.length > MAX_HELLO) {
      socket.off('data', onData);
      socket.destroy();
    }
  };
  socket.on('data', onData);
  socket.resume();
}

/**
 * Finds the end of the first message. The message may consist of any number of records. Data that
 * is not a handshake counts as complete, because the TLS library refuses it.
 *
 * @returns a function that takes the chunks in order, and returns true once the message is complete
 */
export function createHelloScan(): (chunk: Uint8Array) => boolean {
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

  return (chunk) => {
    for (const octet of chunk) {
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

/** Octets before the session ID: type, length, version and random (RFC 8446 section 4.1.2). */
const BEFORE_SESSION_ID = 38;
/** Octets of a record's header. The last two are the record's length. */
const RECORD_HEADER = 5;

const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;
const TLS_1_3 = 0x0304;
/** P-256 and X25519 (RFC 8446 section 4.2.7). */
const GROUPS: readonly number[] = [0x0017, 0x001d];

/**
 * Tells whether the server can compute its keys from this ClientHello. If not, it sends
 * HelloRetryRequest and waits for another ClientHello (RFC 8446 section 4.1.4). TLS 1.2 has no
 * HelloRetryRequest.
 *
 * @param records the records that hold the ClientHello
 * @returns false if the server cannot, or if the ClientHello is malformed
 */
export function hasKeyShare(records: Buffer): boolean {
  try {
    const extensions = readExtensions(joinRecords(records));
    const versions = extensions.get(SUPPORTED_VERSIONS);
    if (versions === undefined || !holdsTls13(versions)) return true;
    return holdsGroup(extensions.get(KEY_SHARE) ?? Buffer.alloc(2));
  } catch {
    // Node throws a RangeError for an offset behind the end.
    return false;
  }
}

function joinRecords(records: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < records.length; ) {
    const start = at + RECORD_HEADER;
    at = start + records.readUInt16BE(start - 2);
    parts.push(records.subarray(start, at));
  }
  return Buffer.concat(parts);
}

function readExtensions(hello: Buffer): ReadonlyMap<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  const messageEnd = 4 + hello.readUIntBE(1, 3);
  // Throws if the message is incomplete.
  hello.readUInt8(messageEnd - 1);
  let at = BEFORE_SESSION_ID;
  at += 1 + hello.readUInt8(at);
  // Cipher suites, then compression methods.
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  // Without extensions the message ends here.
  if (at === messageEnd) return extensions;
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end; ) {
    const length = hello.readUInt16BE(at + 2);
    extensions.set(hello.readUInt16BE(at), hello.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return extensions;
}

function holdsTls13(versions: Buffer): boolean {
  for (let at = 1; at < versions.length; at += 2) if (versions.readUInt16BE(at) === TLS_1_3) return true;
  return false;
}

function holdsGroup(shares: Buffer): boolean {
  for (let at = 2; at < shares.length; at += 4 + shares.readUInt16BE(at + 2)) {
    if (GROUPS.includes(shares.readUInt16BE(at))) return true;
  }
  return false;
}

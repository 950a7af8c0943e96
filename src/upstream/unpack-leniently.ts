import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

/** What `inflateRaw` gives with `info: true`; its types leave that out. */
interface Inflated {
  readonly buffer: Buffer;
  /** Bytes of input that the data took. */
  readonly engine: { readonly bytesWritten: number };
}

const inflateWithInfo = promisify(inflateRaw) as unknown as (
  data: Buffer,
  options: { readonly info: true; readonly maxOutputLength: number },
) => Promise<Inflated>;

/** RFC 1952 §2.3.1. */
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;
const FIXED_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;
const ZLIB_HEADER_BYTES = 2;
const ZLIB_CHECKSUM_BYTES = 4;
/** Each costs a turn of the thread pool. Good data of more members never comes here. */
const MAX_MEMBERS = 100;

/**
 * Unpacks gzip data (RFC 1952) of which every member that begins is whole, whatever stands behind the last: rubbish, or
 * the end of the data in place of its trailer. Zlib refuses both, browsers take them.
 *
 * @throws RangeError where more than `maxBytes` would come out; another Error where a member is broken.
 */
export async function unpackGzip(data: Buffer, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let left = maxBytes;
  let rest = data;
  for (let members = 0; members === 0 || isMember(rest); members++) {
    if (members === MAX_MEMBERS) throw new Error('too many members');
    const packed = rest.subarray(headerLength(rest));
    const { plain, behind } = await inflateBounded(packed, left);
    if (behind.length >= GZIP_TRAILER_BYTES && behind.readUInt32LE(0) !== crc32(plain)) {
      throw new Error('the checksum differs');
    }
    pieces.push(plain);
    left -= plain.length;
    rest = behind.subarray(GZIP_TRAILER_BYTES);
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

/**
 * Unpacks data in zlib's format (RFC 1950) that ends before its checksum does.
 *
 * @throws RangeError where more than `maxBytes` would come out; another Error where the data is broken.
 */
export async function unpackZlib(data: Buffer, maxBytes: number): Promise<Buffer> {
  const { plain, behind } = await inflateBounded(data.subarray(ZLIB_HEADER_BYTES), maxBytes);
  // Zlib itself has found that the checksum differs, where there is one.
  if (behind.length >= ZLIB_CHECKSUM_BYTES) throw new Error('the checksum differs');
  return plain;
}

async function inflateBounded(packed: Buffer, maxBytes: number): Promise<{ plain: Buffer; behind: Buffer }> {
  // Zlib takes no limit of 0.
  const maxOutputLength = Math.max(maxBytes, 1);
  const { buffer, engine } = await inflateWithInfo(packed, { info: true, maxOutputLength });
  if (buffer.length > maxBytes) throw new RangeError('more data than may come out');
  return { plain: buffer, behind: packed.subarray(engine.bytesWritten) };
}

function isMember(data: Buffer): boolean {
  return data.length >= FIXED_HEADER_BYTES && data[0] === 0x1f && data[1] === 0x8b && data[2] === 8;
}

function headerLength(data: Buffer): number {
  if (!isMember(data)) throw new Error('no gzip member');
  const flags = data.readUInt8(3);
  let length = FIXED_HEADER_BYTES;
  if ((flags & FLAG.extra) !== 0) length += 2 + data.readUInt16LE(length);
  for (const text of [FLAG.name, FLAG.comment]) {
    if ((flags & text) === 0) continue;
    const end = data.indexOf(0, length);
    if (end < 0) throw new Error('a header without an end');
    length = end + 1;
  }
  return (flags & FLAG.headerCrc) === 0 ? length : length + 2;
}

import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

/** The result of `inflateRaw` with `info: true`. Its types do not declare this. */
interface Inflated {
  readonly buffer: Buffer;
  /** Bytes of input that were read. */
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
/**
 * The maximum number of gzip members. Each member needs one job of the thread pool. Only data that
 * zlib has refused comes here, so this limit does not concern valid data.
 */
const MAX_MEMBERS = 100;

/**
 * Unpacks gzip data (RFC 1952) that has extra bytes after its last member, or a cut-off trailer.
 * zlib refuses both, but browsers accept them. Except for that trailer, every member must be
 * complete.
 *
 * @throws RangeError if the unpacked data exceeds `maxBytes`. Another Error if a member is broken.
 */
export async function unpackGzip(data: Buffer, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let left = maxBytes;
  let rest = data;
  for (let members = 0; members === 0 || isMember(rest); members++) {
    if (members === MAX_MEMBERS) throw new Error('too many members');
    const packed = rest.subarray(headerLength(rest));
    const { plain, rest: trailer } = await inflateBounded(packed, left);
    if (trailer.length >= GZIP_TRAILER_BYTES && trailer.readUInt32LE(0) !== crc32(plain)) {
      throw new Error('the checksum differs');
    }
    pieces.push(plain);
    left -= plain.length;
    rest = trailer.subarray(GZIP_TRAILER_BYTES);
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

/**
 * Unpacks data in zlib's format (RFC 1950) that has no complete checksum.
 *
 * @throws RangeError if the unpacked data exceeds `maxBytes`. Another Error if the data is broken.
 */
export async function unpackZlib(data: Buffer, maxBytes: number): Promise<Buffer> {
  const { plain, rest } = await inflateBounded(data.subarray(ZLIB_HEADER_BYTES), maxBytes);
  // zlib has already refused this data. So if it has a checksum, the checksum is wrong.
  if (rest.length >= ZLIB_CHECKSUM_BYTES) throw new Error('the checksum differs');
  return plain;
}

/** @returns the unpacked data, and the bytes after the packed data */
async function inflateBounded(packed: Buffer, maxBytes: number): Promise<{ plain: Buffer; rest: Buffer }> {
  // zlib does not accept a limit of 0.
  const maxOutputLength = Math.max(maxBytes, 1);
  const { buffer, engine } = await inflateWithInfo(packed, { info: true, maxOutputLength });
  if (buffer.length > maxBytes) throw new RangeError('the data unpacks to more than allowed');
  return { plain: buffer, rest: packed.subarray(engine.bytesWritten) };
}

function isMember(data: Buffer): boolean {
  return data.length >= FIXED_HEADER_BYTES && data[0] === 0x1f && data[1] === 0x8b && data[2] === 8;
}

function headerLength(data: Buffer): number {
  if (!isMember(data)) throw new Error('not a gzip member');
  const flags = data.readUInt8(3);
  let length = FIXED_HEADER_BYTES;
  if ((flags & FLAG.extra) !== 0) length += 2 + data.readUInt16LE(length);
  for (const text of [FLAG.name, FLAG.comment]) {
    if ((flags & text) === 0) continue;
    const end = data.indexOf(0, length);
    if (end < 0) throw new Error('the header has no end');
    length = end + 1;
  }
  return (flags & FLAG.headerCrc) === 0 ? length : length + 2;
}

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import { decodeContent, isEncoded } from './content-coding.js';

const plain = Buffer.from('{"id":"INV-001","note":"ünïcödé"}');
const response = (coding: string | string[], body: Buffer) => ({
  status: 200,
  headers: headerFields({ 'content-encoding': coding }),
  body,
});

describe('a known Content-Encoding', () => {
  it.each([
    ['gzip', gzipSync(plain)],
    ['X-GZIP', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['identity', plain],
    ['utf-8', plain],
    ['UTF-8, none', plain],
    ['aws-chunked', plain],
    ['binary', plain],
    ['8bit', plain],
    ['application/json', plain],
    ['', plain],
    ['aws-chunked,gzip', gzipSync(plain)],
    ['gzip, utf-8', gzipSync(plain)],
    ['"gzip"', gzipSync(plain)],
    ['gzip;q=1.0', gzipSync(plain)],
    ['x-deflate', deflateSync(plain)],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
  ])('is decoded: %s', async (coding, body) => {
    expect(await decodeContent(response(coding, body), 1_000)).toMatchObject({
      kind: 'response',
      response: { status: 200, body: plain },
    });
  });
});

describe('a complete body with a bad end', () => {
  const packed = gzipSync(plain);
  const named = Buffer.from(packed);
  named.writeUInt8(0x08, 3); // FNAME (RFC 1952 §2.3)
  const withName = Buffer.concat([named.subarray(0, 10), Buffer.from('a.json\0'), named.subarray(10)]);
  const emptyMember = gzipSync('');
  it.each([
    ['gzip without its trailer', 'gzip', packed.subarray(0, -8)],
    ['gzip with half of its trailer', 'gzip', packed.subarray(0, -3)],
    ['gzip with a name, without its trailer', 'gzip', withName.subarray(0, -8)],
    ['gzip and zeros', 'gzip', Buffer.concat([packed, Buffer.alloc(16)])],
    ['gzip and a line break', 'gzip', Buffer.concat([packed, Buffer.from('\r\n')])],
    ['gzip and an empty member', 'gzip', Buffer.concat([packed, emptyMember])],
    ['an empty member and gzip', 'gzip', Buffer.concat([emptyMember, packed])],
    ['two members and rubbish', 'gzip', twoMembers('rubbish')],
    ['two members, the second one without its trailer', 'gzip', twoMembers().subarray(0, -8)],
    ['zlib without its checksum', 'deflate', deflateSync(plain).subarray(0, -4)],
    ['zlib and rubbish', 'deflate', Buffer.concat([deflateSync(plain), Buffer.from('rubbish')])],
    ['deflate and rubbish', 'deflate', Buffer.concat([deflateRawSync(plain), Buffer.from('rubbish')])],
  ])('is decoded: %s', async (_, coding, body) => {
    expect(await decodeContent(response(coding, body), 1_000)).toMatchObject({
      kind: 'response',
      response: { status: 200, body: plain },
    });
  });

  function twoMembers(extra = ''): Buffer {
    return Buffer.concat([gzipSync(plain.subarray(0, 7)), gzipSync(plain.subarray(7)), Buffer.from(extra)]);
  }
});

describe('a body that cannot be decoded', () => {
  it.each([
    ['an unknown coding', 'zstd', plain, /did not ask for/],
    ['too many codings', 'gzip, gzip, gzip, gzip', plain, /4 content codings/],
    ['broken data', 'gzip', plain, /broken compression/],
    ['truncated data', 'gzip', gzipSync(plain).subarray(0, 20), /broken compression/],
    ['truncated brotli data', 'br', brotliCompressSync(plain).subarray(0, 10), /broken compression/],
    ['a gzip bomb', 'gzip', gzipSync(Buffer.alloc(100_000)), /unpacks to more/],
    ['gzip with a wrong checksum', 'gzip', corrupt(gzipSync(plain), -8), /broken compression/],
    [
      'gzip with a wrong checksum and rubbish',
      'gzip',
      corrupt(gzipSync(plain), -8, 'rubbish'),
      /broken compression/,
    ],
    ['zlib with a wrong checksum', 'deflate', corrupt(deflateSync(plain), -4), /broken compression/],
    ['a second member that ends early', 'gzip', cutMembers(), /broken compression/],
    ['a header that ends early', 'gzip', gzipSync(plain).subarray(0, 9), /broken compression/],
    ['many members and rubbish', 'gzip', manyMembers(200), /broken compression/],
    ['a gzip bomb and rubbish', 'gzip', corrupt(gzipSync(Buffer.alloc(100_000)), 0, 'x'), /unpacks to more/],
    ['a gzip bomb of two members', 'gzip', twoHalves(), /unpacks to more/],
    ['a brotli bomb', 'br', brotliCompressSync(Buffer.alloc(100_000)), /unpacks to more/],
  ])('is refused: %s', async (_, coding, body, detail) => {
    const outcome = await decodeContent(response(coding, body), 1_000);
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'bad_answer',
      detail: expect.stringMatching(detail),
    });
  });
});

/** Changes the byte at `at`, counted from the end (0 changes none), and appends `extra`. */
function corrupt(body: Buffer, at: number, extra = ''): Buffer {
  const copy = Buffer.from(body);
  if (at < 0) copy.writeUInt8(copy.readUInt8(copy.length + at) ^ 0xff, copy.length + at);
  return Buffer.concat([copy, Buffer.from(extra)]);
}

function cutMembers(): Buffer {
  return Buffer.concat([gzipSync(plain), gzipSync(plain).subarray(0, 30)]);
}

function manyMembers(count: number): Buffer {
  return Buffer.concat([...Array.from({ length: count }, () => gzipSync('')), Buffer.from('x')]);
}

/** Two members that are too large only together. */
function twoHalves(): Buffer {
  return Buffer.concat([gzipSync(Buffer.alloc(600)), gzipSync(Buffer.alloc(600)), Buffer.from('x')]);
}

it('a response without a body counts as not encoded, whatever its Content-Encoding', () => {
  expect(isEncoded(response('gzip', Buffer.alloc(0)))).toBe(false);
  expect(isEncoded({ status: 200, headers: [], body: plain })).toBe(false);
});

import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { type ExchangeFailure, failure } from './exchange-failure.js';
import type { HttpResponse } from './http-message.js';
import { allHeaders, firstHeader } from './response-headers.js';
import { unpackGzip, unpackZlib } from './unpack-leniently.js';

/** What we ask for: the codings that {@link decodeContent} undoes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

const unzip = { gunzip: promisify(gunzip), inflate: promisify(inflate), inflateRaw: promisify(inflateRaw) };
const unbrotli = promisify(brotliDecompress);

/** More codings than this on one answer is an attack, not an answer. */
const MAX_CODINGS = 3;

/** Codings, registered (RFC 9110 §16.6.1) or in use. Every other word in the field is a mistake for something else. */
const CODINGS: ReadonlySet<string> = new Set([
  ...['gzip', 'x-gzip', 'deflate', 'x-deflate', 'br'],
  ...['zstd', 'compress', 'x-compress', 'dcb', 'dcz', 'aes128gcm', 'exi', 'pack200-gzip'],
  ...['bzip2', 'x-bzip2', 'bz2', 'xz', 'x-xz', 'lzma', 'lz4', 'snappy', 'x-snappy', 'x-snappy-framed'],
]);

/** True where the body may stand in a coding that must be undone before anybody reads it. */
export function isEncoded(answer: HttpResponse): boolean {
  return answer.body.length > 0 && firstHeader(answer.headers, 'content-encoding') !== undefined;
}

/**
 * Undoes the content codings of an answer (RFC 9110 §8.4), last applied first. Words that name no coding, `utf-8` or
 * `aws-chunked` for instance, say nothing of the body.
 *
 * @param maxBytes largest body accepted after decompression, so that a small answer can't fill the memory.
 * @returns the answer with its plain body, or the failure `bad_answer`: a coding we can't undo, broken data, too large.
 */
export async function decodeContent(
  answer: HttpResponse,
  maxBytes: number,
): Promise<HttpResponse | ExchangeFailure> {
  const codings = codingsOf(answer);
  if (codings.length > MAX_CODINGS) return failure('bad_answer', true, `${codings.length} content codings`);
  let body = answer.body;
  try {
    for (const coding of codings.reverse()) {
      const plain = body.length === 0 ? body : await undo(coding, body, maxBytes);
      if (plain === undefined) return failure('bad_answer', true, 'a content coding that we did not ask for');
      body = plain;
    }
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    return failure(
      'bad_answer',
      true,
      tooLarge
        ? `the answer unpacks to more than pool.max_response_size (${maxBytes} bytes)`
        : 'broken compression',
    );
  }
  return { ...answer, body };
}

/** The codings that the fields name, first applied first. Some servers quote them, or put parameters behind them. */
function codingsOf(answer: HttpResponse): string[] {
  return allHeaders(answer.headers, 'content-encoding')
    .join()
    .toLowerCase()
    .split(',')
    .map((item) => item.replace(/;.*/, '').replace(/["']/g, '').trim())
    .filter((word) => CODINGS.has(word));
}

async function undo(coding: string, body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  const limit = { maxOutputLength: maxBytes };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return unzip.gunzip(body, limit).catch(orElse(() => unpackGzip(body, maxBytes)));
    case 'br':
      return unbrotli(body, limit);
    case 'deflate':
    case 'x-deflate':
      // RFC 9110 §8.4.1.2: zlib format; some servers send bare deflate data, whose first byte differs.
      return isZlib(body)
        ? unzip.inflate(body, limit).catch(orElse(() => unpackZlib(body, maxBytes)))
        : unzip.inflateRaw(body, limit);
    default:
      return undefined;
  }
}

/** RFC 1950 §2.2: the method 8, and a check of the first two bytes. */
function isZlib(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

/** Goes another way after an error, unless that is the size: the other way would only unpack as much again. */
function orElse(other: () => Promise<Buffer>): (error: unknown) => Promise<Buffer> {
  return (error) => {
    if (error instanceof RangeError) throw error;
    return other();
  };
}

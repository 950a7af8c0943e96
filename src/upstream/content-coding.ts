import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { type ExchangeFailure, failure } from './exchange-failure.js';
import type { Responded } from './exchange-outcome.js';
import type { HttpResponse } from './http-message.js';
import { allHeaders, firstHeader, type ResponseHeaders } from './response-headers.js';
import { unpackGzip, unpackZlib } from './unpack-leniently.js';

/** The value of `Accept-Encoding`: the codings that {@link decodeContent} decodes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

const unzip = { gunzip: promisify(gunzip), inflate: promisify(inflate), inflateRaw: promisify(inflateRaw) };
const unbrotli = promisify(brotliDecompress);

/** The maximum number of codings on one response. Only an attack has more. */
export const MAX_CODINGS = 3;

/**
 * Content codings that are registered (RFC 9110 §16.6.1) or in use. Other words in the field are
 * ignored as mistakes.
 */
const CODINGS: ReadonlySet<string> = new Set([
  ...['gzip', 'x-gzip', 'deflate', 'x-deflate', 'br'],
  ...['zstd', 'compress', 'x-compress', 'dcb', 'dcz', 'aes128gcm', 'exi', 'pack200-gzip'],
  ...['bzip2', 'x-bzip2', 'bz2', 'xz', 'x-xz', 'lzma', 'lz4', 'snappy', 'x-snappy', 'x-snappy-framed'],
]);

/** True if the body may have a content coding. */
export function isEncoded(response: HttpResponse): boolean {
  return response.body.length > 0 && firstHeader(response.headers, 'content-encoding') !== undefined;
}

/**
 * Decodes the content codings of a response (RFC 9110 §8.4). Begins with the coding that the
 * server applied last. Ignores words that name no coding, for instance `utf-8` or `aws-chunked`.
 *
 * @param maxBytes the maximum bytes after decompression, so that a small response cannot fill the
 * memory
 * @returns the response with its decoded body. The failure `bad_answer` if the coding is not
 * supported, or if the data is broken or too large.
 */
export async function decodeContent(
  response: HttpResponse,
  maxBytes: number,
): Promise<Responded | ExchangeFailure> {
  const codings = codingsOf(response.headers);
  if (codings.length > MAX_CODINGS) return failure('bad_answer', true, `${codings.length} content codings`);
  let body = response.body;
  try {
    for (const coding of codings.reverse()) {
      const plain = body.length === 0 ? body : await decode(coding, body, maxBytes);
      if (plain === undefined) return failure('bad_answer', true, 'a content coding that we did not ask for');
      body = plain;
    }
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    return failure(
      'bad_answer',
      true,
      tooLarge
        ? `the response unpacks to more than pool.max_response_size (${maxBytes} bytes)`
        : 'broken compression',
    );
  }
  return { kind: 'response', response: { ...response, body } };
}

/**
 * The codings in the header fields, in the order in which the server applied them. Some servers add
 * quotes or parameters.
 */
export function codingsOf(headers: ResponseHeaders): string[] {
  return allHeaders(headers, 'content-encoding')
    .join()
    .toLowerCase()
    .split(',')
    .map((item) => item.replace(/;.*/, '').replace(/["']/g, '').trim())
    .filter((word) => CODINGS.has(word));
}

async function decode(coding: string, body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  const limit = { maxOutputLength: maxBytes };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return unzip.gunzip(body, limit).catch(orElse(() => unpackGzip(body, maxBytes)));
    case 'br':
      return unbrotli(body, limit);
    case 'deflate':
    case 'x-deflate':
      // RFC 9110 §8.4.1.2 requires the zlib format. Some servers send raw deflate data, which has
      // another first byte.
      return isZlib(body)
        ? unzip.inflate(body, limit).catch(orElse(() => unpackZlib(body, maxBytes)))
        : unzip.inflateRaw(body, limit);
    default:
      return undefined;
  }
}

/** RFC 1950 §2.2: the method is 8, and the first two bytes have a checksum. */
function isZlib(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

/**
 * Tries `other` after an error. Does not try it if the data is too large, because it would unpack
 * as much again.
 */
function orElse(other: () => Promise<Buffer>): (error: unknown) => Promise<Buffer> {
  return (error) => {
    if (error instanceof RangeError) throw error;
    return other();
  };
}

import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { allHeaders, firstHeader } from './answer-headers.js';
import { type ExchangeFailure, failure } from './failure.js';
import type { HttpAnswer } from './http-message.js';

/** What we ask for: the codings that {@link decodeContent} undoes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

const unzip = { gunzip: promisify(gunzip), inflate: promisify(inflate), inflateRaw: promisify(inflateRaw) };
const unbrotli = promisify(brotliDecompress);

/** More codings than this on one answer is an attack, not an answer. */
const MAX_CODINGS = 3;

/** True where the body stands in a coding that must be undone before anybody reads it. */
export function isEncoded(answer: HttpAnswer): boolean {
  return answer.body.length > 0 && firstHeader(answer.headers, 'content-encoding') !== undefined;
}

/**
 * Undoes the content codings of an answer (RFC 9110 §8.4), last applied first.
 *
 * @param maxBytes largest body accepted after decompression, so that a small answer can't fill the memory.
 * @returns the answer with its plain body, or the failure `bad_answer`: unknown coding, broken data, too large.
 */
export async function decodeContent(
  answer: HttpAnswer,
  maxBytes: number,
): Promise<HttpAnswer | ExchangeFailure> {
  const codings = allHeaders(answer.headers, 'content-encoding')
    .join()
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) return failure('bad_answer', true, `${codings.length} content codings`);
  let body = answer.body;
  try {
    for (const coding of codings.reverse()) {
      const plain = await undo(coding, body, maxBytes);
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

async function undo(coding: string, body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  const limit = { maxOutputLength: maxBytes };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return unzip.gunzip(body, limit);
    case 'br':
      return unbrotli(body, limit);
    case 'deflate':
      // RFC 9110 §8.4.1.2: zlib format; some servers send bare deflate data, whose first byte differs.
      return (body.readUInt8(0) & 0x0f) === 0x08 ? unzip.inflate(body, limit) : unzip.inflateRaw(body, limit);
    default:
      return undefined;
  }
}

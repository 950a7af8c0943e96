import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../test/support/answer-headers.js';
import { decodeContent, isEncoded } from './content-coding.js';

const plain = Buffer.from('{"id":"INV-001","note":"ünïcödé"}');
const answer = (coding: string | string[], body: Buffer) => ({
  status: 200,
  headers: answerHeaders({ 'content-encoding': coding }),
  body,
});

describe('decodes', () => {
  it.each([
    ['gzip', gzipSync(plain)],
    ['X-GZIP', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['identity', plain],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
  ])('%s', async (coding, body) => {
    expect(await decodeContent(answer(coding, body), 1_000)).toMatchObject({ status: 200, body: plain });
  });
});

describe('refuses', () => {
  it.each([
    ['an unknown coding', 'zstd', plain, /did not ask for/],
    ['too many codings', 'gzip, gzip, gzip, gzip', plain, /4 content codings/],
    ['broken data', 'gzip', plain, /broken compression/],
    ['data cut short', 'gzip', gzipSync(plain).subarray(0, 20), /broken compression/],
    ['brotli cut short', 'br', brotliCompressSync(plain).subarray(0, 10), /broken compression/],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(100_000)), /unpacks to more/],
    ['a brotli bomb', 'br', brotliCompressSync(Buffer.alloc(100_000)), /unpacks to more/],
  ])('%s', async (_, coding, body, detail) => {
    const outcome = await decodeContent(answer(coding, body), 1_000);
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'bad_answer',
      detail: expect.stringMatching(detail),
    });
  });
});

it('leaves an answer without body alone, whatever its header says', () => {
  expect(isEncoded(answer('gzip', Buffer.alloc(0)))).toBe(false);
  expect(isEncoded({ status: 200, headers: [], body: plain })).toBe(false);
});

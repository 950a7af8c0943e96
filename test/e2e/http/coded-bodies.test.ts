import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const LIMIT = 1024 * 1024;

describe('The body of a response', () => {
  let fixture: GatewayFixture;
  beforeAll(async () => {
    fixture = await openGatewayFixture({
      lines: ['+pool.max_response_size = 1MB', '+retries = 2', '+pool.size = 1'],
    });
  });
  afterAll(() => fixture.close());

  const call = () => fixture.caller.call('com.billing.get_invoice', { id: '1' });
  const get = (headers: Record<string, string | string[]>, body: string | Uint8Array) => {
    fixture.upstream.clear();
    fixture.upstream.respondWith(() => ({
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }));
    return call();
  };
  const expectBadResponse = (answer: Awaited<ReturnType<typeof call>>) => {
    expect(answer.uri).toBe('bondy.error.bad_gateway');
    expect(answer.kwargs).toMatchObject({ status: 502, code: 'bad_answer', attempts: 1 });
  };

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
    ['identity', (body: string) => Buffer.from(body)],
    ['gzip, br', (body: string) => brotliCompressSync(gzipSync(body))],
    ['utf-8', (body: string) => Buffer.from(body)],
    ['aws-chunked', (body: string) => Buffer.from(body)],
    ['gzip', (body: string) => gzipSync(body).subarray(0, -8)],
    ['gzip', (body: string) => Buffer.concat([gzipSync(body), Buffer.from('\r\n')])],
  ])('is decompressed when its coding is %s', async (coding, pack) => {
    const answer = await get({ 'content-encoding': coding }, pack('{"big":9007199254740993}'));
    expect(answer.frame).toContain('"body":{"big":9007199254740993}}');
  });

  it('is decompressed when two header lines name one coding each', async () => {
    const body = brotliCompressSync(gzipSync('"twice"'));
    expect((await get({ 'content-encoding': ['gzip', 'br'] }, body)).kwargs).toStrictEqual({
      status: 200,
      body: 'twice',
    });
  });

  it('is requested in the codings that the gateway can decode', async () => {
    await get({}, '1');
    expect((await fixture.upstream.arrived(1)).headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it.each([
    ['broken gzip', 'gzip', Buffer.from('not gzip at all')],
    ['gzip that ends early', 'gzip', gzipSync('{"a":"bcdefghijklmnopqrstuvwxyz"}').subarray(0, 20)],
    ['broken brotli', 'br', Buffer.from([0xff, 0xff, 0xff])],
    ['a coding that nobody asked for', 'zstd', Buffer.from('x')],
    ['more codings than anybody needs', 'gzip, gzip, gzip, gzip', gzipSync('1')],
    ['a small gzip of much', 'gzip', gzipSync(Buffer.alloc(LIMIT + 1, 0x20))],
    ['a small brotli of very much', 'br', brotliCompressSync(Buffer.alloc(64 * LIMIT))],
  ])('%s is a bad response, and the request is not repeated', async (_, coding, body) => {
    expectBadResponse(await get({ 'content-encoding': coding }, body));
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('may be as large as pool.max_response_size, but not one byte larger', async () => {
    const text = `"${'x'.repeat(LIMIT - 2)}"`;
    expect((await get({}, text)).kwargs['body']).toBe(text.slice(1, -1));
    expect((await get({ 'content-encoding': 'gzip' }, gzipSync(text))).kwargs['body']).toHaveLength(
      LIMIT - 2,
    );
    expectBadResponse(await get({}, `${text} `));
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it.each([
    [
      'too large, without a length',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('x'.repeat(2 * LIMIT));
      },
    ],
    [
      'too large, as its length says',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 10 * LIMIT });
        response.write('x');
      },
    ],
    [
      'an event stream',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'Text/Event-Stream; charset=utf-8' });
        response.write('data: 1\n\n');
      },
    ],
  ])('is not read further when it is %s', async (_, answer) => {
    fixture.upstream.clear();
    fixture.upstream.respondWith((_request, response) => {
      answer(response);
      return 'handled';
    });
    expectBadResponse(await call());
    const request = await fixture.upstream.arrived(1);
    expect(await request.responded).toBe(false);
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['a broken header', 'HTTP/1.1 200 OK\r\nbroken header\r\n\r\n'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx\r\n'],
    ['another major version', 'HTTP/2.0 200 OK\r\ncontent-length: 1\r\n\r\n1'],
    // RFC 9112 §6.1: a body in a coding that the gateway cannot decode is not the content.
    ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\n1'],
    [
      'compression on the way',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n',
    ],
    ['a coding with a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: x\r\ncontent-length: 1\r\n\r\n1'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['endless headers', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`],
  ])('%s is a bad response, and the request is not repeated', async (_, raw) => {
    fixture.upstream.clear();
    fixture.upstream.respondWith(() => ({ raw, afterwards: 'close' }));
    expectBadResponse(await call());
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('leaves the connection usable for the next call after a bad response', async () => {
    expectBadResponse(await get({ 'content-encoding': 'gzip' }, 'no'));
    expect((await get({}, '1')).kwargs).toStrictEqual({ status: 200, body: 1 });
  });

  it('may end with its connection, as in HTTP/1.0', async () => {
    fixture.upstream.respondWith(() => ({ raw: 'HTTP/1.0 200 OK\r\n\r\n{"a":1}', afterwards: 'close' }));
    expect((await call()).kwargs).toStrictEqual({ status: 200, body: { a: 1 } });
  });

  it('may come in many pieces', async () => {
    fixture.upstream.respondWith((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pieces = [...Buffer.from('"größe €"')];
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else response.write(Buffer.of(piece), () => setImmediate(next));
      };
      next();
      return 'handled';
    });
    expect((await call()).kwargs).toStrictEqual({ status: 200, body: 'größe €' });
  });

  it.each([
    ['a part of the body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['a part of a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ])('%s is a lost connection, and the gateway retries a GET', async (_, raw) => {
    // It needs its own gateway, because retries have a budget.
    const own = await openGatewayFixture({
      lines: ['+retries = 2'],
      respond: () => ({ raw, afterwards: 'close' }),
    });
    const answer = await own.caller.call('com.billing.get_invoice', { id: '1' });
    expect(answer.uri).toBe('bondy.error.bad_gateway');
    expect(answer.kwargs).toMatchObject({ status: 502, code: 'connect', attempts: 3 });
    expect(own.upstream.requests).toHaveLength(3);
    await own.close();
  });
});

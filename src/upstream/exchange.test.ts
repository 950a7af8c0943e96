import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CLOSE, RESET, type ResponseHandler } from '../../test/support/recording-upstream.js';
import { request, sending, upstreamFixture, within } from '../../test/support/upstream-fixture.js';
import { freePlace } from './call-control.js';

const { serve, connect } = upstreamFixture();

describe('one exchange', () => {
  it('sends the request unchanged and returns the response', async () => {
    const server = await serve(() => ({
      status: 201,
      json: { id: 'INV-002' },
      headers: { 'x-a': ['1', '2'] },
    }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(
      sending(request(server.url, 'POST', '/a%2Fb?c=d'), false),
      within(5_000),
    );
    expect(outcome).toMatchObject({ kind: 'response', attempts: 1, response: { status: 201 } });
    const [arrived] = server.requests;
    expect(arrived).toMatchObject({ method: 'POST', url: '/a%2Fb?c=d', text: '{"a":1}' });
  });

  it.each<[string, number, Record<string, string>]>([
    ['has 64 KB', 65_536, {}],
    ['unpacks to 64 KB', 65_536, { 'content-encoding': 'gzip' }],
  ])('keeps its place in the pool while it reads a response that %s', async (_, size, headers) => {
    const text = 'x'.repeat(size);
    const body = 'content-encoding' in headers ? gzipSync(text) : text;
    const server = await serve(() => ({ body, headers }));
    const { upstream, pool } = connect(server.url, { keepsPlaces: true });
    const control = within(5_000);
    expect((await upstream.send(sending(request(server.url), true), control)).kind).toBe('response');
    expect(pool.busy).toBe(1);
    freePlace(control);
    expect(pool.busy).toBe(0);
    freePlace(control);
    expect(pool.busy).toBe(0);
  });

  it.each<[string, number, number, Record<string, string>?]>([
    ['is shorter', 65_535, 200],
    ['is shorter and compressed', 65_535, 200, { 'content-encoding': 'gzip' }],
    ['is broken', 65_536, 200, { 'content-encoding': 'br' }],
    ['causes a retry', 65_536, 503],
  ])(
    'does not keep its place in the pool after a response that %s',
    async (_, size, status, headers = {}) => {
      const text = 'x'.repeat(size);
      const body = 'content-encoding' in headers ? gzipSync(text) : text;
      let count = 0;
      const server = await serve(() => (++count > 1 ? {} : { status, body, headers }));
      const retry = { retries: 1, statuses: new Set([503]) };
      const { upstream, pool } = connect(server.url, { keepsPlaces: true, retry });
      const control = within(5_000);
      await upstream.send(sending(request(server.url), true), control);
      expect(pool.busy).toBe(0);
      expect(control.place).toBeUndefined();
    },
  );

  it('decodes a compressed response', async () => {
    const server = await serve(() => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('hello') }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome.kind === 'response' && outcome.response.body.toString()).toBe('hello');
  });

  it.each<[string, ResponseHandler, string]>([
    ['is larger than allowed, as announced', () => ({ body: 'x'.repeat(2_000) }), 'bad_answer'],
    [
      'is larger than allowed, in chunks',
      (_, response) => {
        response.write('x'.repeat(600));
        response.end('x'.repeat(600));
        return 'handled';
      },
      'bad_answer',
    ],
    ['is not HTTP', () => ({ raw: 'SSH-2.0-OpenSSH_9.2\r\n', afterwards: 'close' }), 'bad_answer'],
    [
      'has too long headers',
      () => ({ raw: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`, afterwards: 'close' }),
      'bad_answer',
    ],
    [
      'switches protocols unexpectedly',
      () => ({
        raw: 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
        afterwards: 'hang',
      }),
      'bad_answer',
    ],
    [
      'is an event stream',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: 1\n\n');
        return 'handled';
      },
      'bad_answer',
    ],
    [
      'is shorter than announced',
      () => ({ raw: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', afterwards: 'close' }),
      'connect',
    ],
    [
      'ends within a chunk',
      () => ({ raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', afterwards: 'close' }),
      'connect',
    ],
    [
      'has two lengths',
      () => ({
        raw: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nab',
        afterwards: 'close',
      }),
      'bad_answer',
    ],
    ['does not arrive before a reset', () => RESET, 'connect'],
    ['does not arrive before the connection closes', () => CLOSE, 'connect'],
  ])('fails with the right code if the response %s', async (_, handler, code) => {
    const server = await serve(handler);
    const { upstream, pool } = connect(server.url, { maxResponseBytes: 1_000 });
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code, sent: true, attempts: 1 });
    expect(pool.busy).toBe(0);
    server.respondWith(() => ({ body: 'recovered' }));
    expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
      kind: 'response',
    });
  });

  it('skips an interim response', async () => {
    const raw =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const server = await serve(() => ({ raw, afterwards: 'hang' }));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 200 } });
  });
});

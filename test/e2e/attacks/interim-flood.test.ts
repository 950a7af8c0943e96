import { describe, expect, it } from 'vitest';
import { ownError, REALM } from '../../support/caller.js';
import { type CallFailed, wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture, openRawFixture } from '../../support/gateway-fixture.js';
import type { ResponseHandler } from '../../support/recording-upstream.js';

const POST = 'com.billing.create_invoice';
const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"ok"';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n';
const GO_ON = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Writes endlessly, as fast as the gateway reads. */
const flood =
  (text: string): ResponseHandler =>
  (_, response) => {
    const { socket } = response;
    const write = (): void => {
      while (socket?.writable && socket.write(text.repeat(100)));
    };
    socket?.on('drain', write);
    write();
    return 'handled';
  };

describe('interim responses', () => {
  const closeLater = closeAfterEach();
  const open = async (respond: ResponseHandler, lines: readonly string[] = []) =>
    closeLater(await openGatewayFixture({ respond, lines }));

  it.each([
    ['103', HINTS],
    ['100', GO_ON],
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['both', HINTS + GO_ON],
  ])('%s without an end: the call ends and the connection is closed', async (_, text) => {
    const { caller, upstream, log } = await open(flood(text));
    expect(ownError(await caller.call(POST, {}))).toMatchObject({ code: 'bad_answer', attempts: 1 });
    await upstream.drained();
    expect(log.text()).toContain('TOO_MANY_INTERIM_RESPONSES');
  });

  it('without an end: a caller in CBOR gets the same error', async () => {
    const { gateway } = await open(flood(HINTS));
    const client = await wampy(gateway.url, REALM, 'cbor');
    const failed: CallFailed = await client
      .call(POST, { args: [], kwargs: {} })
      .outcome.catch((error) => error);
    expect(failed.kwargs).toMatchObject({ status: 502, code: 'bad_answer' });
    await client.close();
  });

  it('of an endless length: the call ends', async () => {
    const { caller } = await open((request, response) => {
      response.socket?.write('HTTP/1.1 103 Early Hints\r\n');
      return flood('x')(request, response);
    });
    expect(ownError(await caller.call(POST, {}))).toMatchObject({ code: 'bad_answer' });
  });

  it.each([
    ['a status line', 'HTTP/1.1 200 '],
    ['a chunk extension', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a='],
    ['a trailer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: '],
  ])('%s without an end: the call ends', async (_, begin) => {
    const { caller, upstream } = await open(
      (request, response) => {
        response.socket?.write(begin);
        return flood('x')(request, response);
      },
      ['+pool.max_response_size = 1KB'],
    );
    expect(ownError(await caller.call(POST, {}))).toMatchObject({ code: 'bad_answer' });
    await upstream.drained();
  });

  it.each([
    ['header', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n'],
    ['trailer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n'],
  ])('%s fields without an end: the call ends', async (_, head) => {
    const { caller, upstream, log } = await open((request, response) => {
      response.socket?.write(head);
      return flood('x: y\r\n'.repeat(100))(request, response);
    });
    expect(ownError(await caller.call(POST, {}))).toMatchObject({ code: 'bad_answer' });
    expect(log.text()).toContain('pool.max_response_header_size');
    await upstream.drained();
  });

  it('before a body in chunks of one byte: the caller gets the body', async () => {
    const body = '1\r\nx\r\n'.repeat(5_000);
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { caller, close } = await openRawFixture(() => `${head}${body}0\r\n\r\n`);
    expect((await caller.call(POST, {})).kwargs.body).toBe('x'.repeat(5_000));
    await close();
  });

  it.each([
    ['an unasked 100 Continue', GO_ON],
    ['a hundred of them', HINTS.repeat(50) + GO_ON.repeat(50)],
  ])('%s: the caller gets the final response', async (_, text) => {
    const { caller, upstream, close } = await openRawFixture(() => text + FINAL);
    for (let n = 0; n < 2; n++) {
      expect((await caller.call(POST, {})).kwargs).toStrictEqual({ status: 200, body: 'ok' });
    }
    expect(upstream.connections).toBe(1);
    await close();
  });
});

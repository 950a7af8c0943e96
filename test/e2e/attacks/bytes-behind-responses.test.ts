import { describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../../src/assembly/create-gateway.js';
import { systemClock } from '../../../src/clock.js';
import { REALM } from '../../support/caller.js';
import { wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openRawFixture } from '../../support/gateway-fixture.js';
import type { RawRequest } from '../../support/raw-upstream.js';
import { jsonResponse } from '../../support/raw-upstream.js';

const POST = 'com.billing.create_invoice';
const DELETE = 'com.billing.delete_invoice';
const GET = 'com.billing.get_invoice';
const FORGED = jsonResponse('{"for":"FORGED"}');
const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';
const NOT_MODIFIED = 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: keep-alive\r\n\r\n';

/**
 * The bytes behind a response without a body come as late as possible: with the next request,
 * before its response.
 */
function forger(head: string) {
  const isSpoilt = new Set<number>();
  return ({ method, connection, body }: RawRequest): string => {
    if (isSpoilt.has(connection)) return FORGED;
    if (method === 'POST') return jsonResponse(`{"for":${body}}`);
    isSpoilt.add(connection);
    return head;
  };
}

describe('bytes behind a response without a body', () => {
  const closeLater = closeAfterEach();
  const open = async (
    respond: (request: RawRequest) => string | undefined,
    lines: readonly string[] = ['+pool.size = 1'],
    options: GatewayOptions = {},
  ) => closeLater(await openRawFixture(respond, lines, options));

  it.each([
    ['204', NO_CONTENT, DELETE, 204],
    ['304', NOT_MODIFIED, GET, 304],
  ])('%s: do not reach a call that waits for the connection', async (_, head, first, status) => {
    const { caller } = await open(forger(head));
    for (let n = 0; n < 5; n++) {
      const [answer, next] = await Promise.all([
        caller.call(first, { id: n, _headers: { 'If-None-Match': '"1"' } }),
        caller.call(POST, { n }),
      ]);
      expect(answer.kwargs.status).toBe(status);
      expect(next.kwargs).toStrictEqual({ status: 200, body: { for: { n } } });
    }
  });

  it('204: do not reach a call that comes just after it', async () => {
    const { caller } = await open(forger(NO_CONTENT));
    for (let n = 0; n < 5; n++) {
      await caller.call(DELETE, { id: n });
      expect((await caller.call(POST, { n })).kwargs.body).toStrictEqual({ for: { n } });
    }
  });

  it('HEAD: do not reach any call', async () => {
    const lines = ['+pool.size = 1', '+procedures.get_invoice.method = head'];
    const { caller } = await open(forger(HEAD), lines);
    const [, next] = await Promise.all([caller.call(GET, { id: 1 }), caller.call(POST, { n: 1 })]);
    expect(next.kwargs.body).toStrictEqual({ for: { n: 1 } });
  });

  it('204: do not reach a caller in MessagePack', async () => {
    const { gateway } = await open(forger(NO_CONTENT));
    const client = await wampy(gateway.url, REALM, 'msgpack');
    const first = client.call(DELETE, { args: [], kwargs: { id: 1 } });
    const next = client.call(POST, { args: [], kwargs: { n: 2 } });
    await first.outcome;
    expect((await next.outcome).kwargs.body).toStrictEqual({ for: { n: 2 } });
    await client.close();
  });

  it('are waited for before the connection is used again', async () => {
    let now = 0;
    const { caller, upstream } = await open(
      ({ method }) => (method === 'DELETE' ? NO_CONTENT : jsonResponse('"ok"')),
      ['+pool.size = 2'],
      { clock: { ...systemClock, monotonic: () => now } },
    );
    const connectionOf = async (procedure: string, at: number) => {
      now = at;
      await caller.call(procedure, { id: 1 });
      return upstream.requests.at(-1)?.connection;
    };
    expect(await connectionOf(DELETE, 0)).toBe(1);
    expect(await connectionOf(POST, 99)).toBe(2);
    expect(await connectionOf(POST, 100)).toBe(1);
    expect(upstream.connections).toBe(2);
  });

  it.each([
    ['rests', DELETE, NO_CONTENT],
    ['idles', POST, jsonResponse('"ok"')],
  ])('close a connection that %s', async (_, procedure, head) => {
    const { caller, upstream } = await open(() => head);
    await caller.call(procedure, { id: 1 });
    upstream.requests[0]?.socket.write(FORGED);
    await upstream.drained();
    expect((await caller.call(procedure, { id: 1 })).kwargs.body).not.toHaveProperty('for');
    expect(upstream.connections).toBe(2);
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', DELETE],
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', DELETE],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', GET],
  ])('%s: close the connection when the head announces them', async (_, head, procedure) => {
    const { caller, upstream } = await open(() => head);
    await caller.call(procedure, { id: 1 });
    await upstream.drained();
    expect(upstream.connections).toBe(1);
  });
});

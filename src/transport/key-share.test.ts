import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { hasKeyShare } from './key-share.js';

/** The ClientHello of Node's own client. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...options, host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

describe('a ClientHello', () => {
  it.each<[string, ConnectionOptions, boolean]>([
    ['TLS 1.3 with a share of X25519', { ecdhCurve: 'X25519:P-256' }, true],
    ['TLS 1.3 with a share of P-256', { ecdhCurve: 'P-256:X25519' }, true],
    ['TLS 1.3 with a share of P-384 alone', { ecdhCurve: 'P-384:X25519' }, false],
    ['TLS 1.2', { maxVersion: 'TLSv1.2', ecdhCurve: 'P-384:X25519' }, true],
  ])('is judged by its key share: %s', async (_what, options, expected) => {
    const hello = await helloOf(options);
    expect(hasKeyShare(hello)).toBe(expected);
    // In several records, as any client may send it.
    const [first, rest] = [hello.subarray(5, 60), hello.subarray(60)];
    const header = (length: number) => Buffer.from([22, 3, 1, length >> 8, length & 255]);
    const divided = [header(first.length), first, header(rest.length), rest];
    expect(hasKeyShare(Buffer.concat(divided))).toBe(expected);
    // A cut one is malformed.
    for (let length = 0; length < hello.length; length++)
      expect([length, hasKeyShare(hello.subarray(0, length))]).toEqual([length, false]);
  });

  it('is refused with a key share of an unknown group', async () => {
    const hello = await helloOf({ ecdhCurve: 'X25519' });
    // The extension's type, its length, the length of its list, and the group.
    const at = hello.indexOf(Buffer.from([0, 51, 0, 38, 0, 36, 0, 29]));
    expect(at).toBeGreaterThan(0);
    hello.writeUInt16BE(0x0a0a, at + 6);
    expect(hasKeyShare(hello)).toBe(false);
  });
});

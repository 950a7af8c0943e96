import type { AddressInfo, Server } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTlsFixtures, TLS_FILES } from '../../test/support/tls-fixtures.js';
import { systemClock } from '../clock.js';
import { createTurns } from '../turns.js';
import { createConnectionServer } from './tcp-server.js';

const { ca } = readTlsFixtures();

describe('a TLS listener', () => {
  let server: Server;
  beforeAll(async () => {
    server = createConnectionServer(
      { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey },
      createTurns(systemClock),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  function dial(options: ConnectionOptions): Promise<TLSSocket> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca, servername: '', ...options });
      socket.once('secureConnect', () => resolve(socket));
      socket.on('error', reject);
    });
  }

  it.each<[string, ConnectionOptions]>([
    ['TLS 1.3', { minVersion: 'TLSv1.3' }],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['P-256 alone', { ecdhCurve: 'P-256' }],
    ['P-256 where its first choice is another', { ecdhCurve: 'P-521:P-256' }],
  ])('completes the handshake with %s', async (_what, options) => {
    (await dial(options)).destroy();
  });

  it.each<[string, ConnectionOptions]>([
    ['a finite field', { ecdhCurve: 'ffdhe2048' }],
    ['P-384', { ecdhCurve: 'P-384' }],
  ])('computes nothing for a client that accepts only %s', async (_what, options) => {
    await expect(dial(options)).rejects.toThrow('handshake failure');
  });

  it('completes only one handshake for each connection', async () => {
    const socket = await dial({ maxVersion: 'TLSv1.2' });
    const refused = new Promise((resolve) => {
      socket.removeAllListeners('error').on('error', resolve);
    });
    socket.renegotiate({}, () => {});
    expect(await refused).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
  });
});

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, type SecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTlsFixtures, TLS_FILES } from '../../test/support/tls-fixtures.js';
import { trustBesides } from './system-cas.js';

const { ca, serverCert, serverKey } = readTlsFixtures();

describe('a context without CAs of its own', () => {
  const server = createServer({ cert: serverCert, key: serverKey });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  /** Connects to a server whose CA the system does not know. Returns `trusted` or the error code. */
  function handshake(secureContext: SecureContext): Promise<string> {
    const { port } = server.address() as AddressInfo;
    return new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, secureContext });
      socket.once('close', () => resolve(''));
      socket.once('secureConnect', () => {
        resolve('trusted');
        socket.destroy();
      });
      socket.once('error', (error) => resolve('code' in error ? String(error.code) : ''));
    });
  }
  function trusting(
    ...given: Parameters<typeof trustBesides> extends [unknown, ...infer Rest] ? Rest : never
  ) {
    const context = createSecureContext();
    trustBesides(context, ...given);
    return context;
  }

  it('trusts the CAs that are added, and the file of NODE_EXTRA_CA_CERTS', async () => {
    expect(await handshake(trusting([], ''))).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(await handshake(trusting([Buffer.from(ca)], ''))).toBe('trusted');
    expect(await handshake(trusting([], TLS_FILES.ca))).toBe('trusted');
  });

  it('ignores the file of NODE_EXTRA_CA_CERTS if it does not exist', async () => {
    expect(await handshake(trusting([Buffer.from(ca)], '/nowhere/ca.pem'))).toBe('trusted');
  });

  // Reading a device may never end.
  it('ignores the file of NODE_EXTRA_CA_CERTS if it is a device', async () => {
    expect(await handshake(trusting([Buffer.from(ca)], '/dev/zero'))).toBe('trusted');
  });

  it('does not change other contexts', async () => {
    trusting([Buffer.from(ca)], TLS_FILES.ca);
    expect(await handshake(createSecureContext())).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(`./tls/${name}`, import.meta.url));

/**
 * Paths of the test-only certificates, see tls/README.md. The server's names: localhost,
 * upstream.test, 127.0.0.1.
 */
export const TLS_FILES = {
  ca: here('ca.pem'),
  serverCert: here('server.pem'),
  serverKey: here('server.key'),
  clientCert: here('client.pem'),
  clientKey: here('client.key'),
} as const;

/** The files' contents by the same names. */
export function readTlsFixtures(): Record<keyof typeof TLS_FILES, string> {
  const read = (name: keyof typeof TLS_FILES): string => readFileSync(TLS_FILES[name], 'utf8');
  return {
    ca: read('ca'),
    serverCert: read('serverCert'),
    serverKey: read('serverKey'),
    clientCert: read('clientCert'),
    clientKey: read('clientKey'),
  };
}

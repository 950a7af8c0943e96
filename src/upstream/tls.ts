import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { ServiceSettings } from '../config/model.js';

/** How a service's connections are secured, its files read: one for its API and its token endpoint. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  /** False where any certificate will do (`tls_verify = verify_none`). */
  readonly verify: boolean;
  /** For SNI and the check of the certificate, where it is not the host of the URL. */
  readonly servername: string | undefined;
}

/**
 * Reads a service's TLS files, once: they may be gone when a connection to another place is wanted later.
 *
 * @throws Error in one sentence where they cannot be used.
 */
export function readUpstreamTls(
  settings: Pick<
    ServiceSettings,
    'tls_verify' | 'tls.cacertfile' | 'tls.certfile' | 'tls.keyfile' | 'tls.servername'
  >,
): UpstreamTls {
  const { 'tls.cacertfile': caFile, 'tls.certfile': certFile, 'tls.keyfile': keyFile } = settings;
  try {
    const secureContext = createSecureContext({
      ...(caFile && { ca: readFileSync(caFile) }),
      ...(certFile && { cert: readFileSync(certFile) }),
      ...(keyFile && { key: readFileSync(keyFile) }),
    });
    return {
      secureContext,
      verify: settings.tls_verify === 'verify_peer',
      servername: settings['tls.servername'],
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new Error(`the files tls.cacertfile, tls.certfile and tls.keyfile cannot be used${code}`, {
      cause: error,
    });
  }
}

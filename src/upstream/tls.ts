import { createSecureContext, type SecureContext } from 'node:tls';
import type { ServiceSettings } from '../config/model.js';
import { SYSTEM_CAS } from '../config/types/datatypes.js';
import { readRegularFile } from '../read-regular-file.js';
import { trustBesides } from './system-cas.js';

/** How connections to one place are secured, its files read. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  /** False where any certificate will do (`tls_verify = verify_none`). */
  readonly verify: boolean;
  /** For SNI and the check of the certificate, where it is not the host of the URL. */
  readonly servername: string | undefined;
}

/** The settings of a service that say how its API is reached. */
export type ApiTlsSettings = Pick<
  ServiceSettings,
  'tls_verify' | 'tls.cacertfile' | 'tls.certfile' | 'tls.keyfile' | 'tls.servername'
>;

/** Those that say how its token endpoint is. */
export type TokenTlsSettings = ApiTlsSettings &
  Pick<
    ServiceSettings,
    | 'auth.fetch.tls_verify'
    | 'auth.fetch.tls.cacertfile'
    | 'auth.fetch.tls.certfile'
    | 'auth.fetch.tls.keyfile'
    | 'auth.fetch.tls.servername'
  >;

/**
 * Reads a service's TLS files, once: they may be gone when a connection to another place is wanted later.
 *
 * @throws Error in one sentence where they cannot be used.
 */
export function readUpstreamTls(settings: ApiTlsSettings): UpstreamTls {
  return {
    secureContext: createContext('tls', {
      cas: settings['tls.cacertfile'],
      certFile: settings['tls.certfile'],
      keyFile: settings['tls.keyfile'],
    }),
    verify: settings.tls_verify === 'verify_peer',
    servername: settings['tls.servername'],
  };
}

/**
 * The same for a service's token endpoint. What `auth.fetch.tls.*` leaves open is as for the API, with two exceptions: an
 * endpoint elsewhere has another name, and often a public certificate.
 *
 * @throws Error in one sentence where the files cannot be used.
 */
export function readTokenTls(settings: TokenTlsSettings): UpstreamTls {
  const ofService = settings['tls.cacertfile'];
  const hasOwnCertificate = settings['auth.fetch.tls.certfile'] !== undefined;
  return {
    secureContext: createContext('auth.fetch.tls', {
      cas: settings['auth.fetch.tls.cacertfile'] ?? (ofService && [SYSTEM_CAS, ...ofService]),
      certFile: hasOwnCertificate ? settings['auth.fetch.tls.certfile'] : settings['tls.certfile'],
      keyFile: hasOwnCertificate ? settings['auth.fetch.tls.keyfile'] : settings['tls.keyfile'],
    }),
    verify: (settings['auth.fetch.tls_verify'] ?? settings.tls_verify) === 'verify_peer',
    servername: settings['auth.fetch.tls.servername'],
  };
}

interface TlsFiles {
  readonly cas: readonly string[] | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

function createContext(keys: string, { cas = [SYSTEM_CAS], certFile, keyFile }: TlsFiles): SecureContext {
  try {
    const authorities = cas.filter((each) => each !== SYSTEM_CAS).map((file) => readRegularFile(file));
    const withSystem = cas.includes(SYSTEM_CAS);
    const context = createSecureContext({
      ...(!withSystem && { ca: authorities }),
      ...(certFile && { cert: readRegularFile(certFile) }),
      ...(keyFile && { key: readRegularFile(keyFile) }),
    });
    if (withSystem && authorities.length > 0) trustBesides(context, authorities);
    return context;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new Error(
      `the files ${keys}.cacertfile, ${keys}.certfile and ${keys}.keyfile cannot be used${code}`,
      {
        cause: error,
      },
    );
  }
}

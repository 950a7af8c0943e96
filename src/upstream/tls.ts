import { createSecureContext, type SecureContext } from 'node:tls';
import type { ServiceSettings } from '../config/model.js';
import { SYSTEM_CAS } from '../config/types/datatypes.js';
import { readRegularFile } from '../read-regular-file.js';
import { trustBesides } from './system-cas.js';

/** TLS for the connections to one server. Its files have been read. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  /** False if any certificate is accepted (`tls_verify = verify_none`). */
  readonly verify: boolean;
  /** The name for SNI and for the check of the certificate. Default: the host of the URL. */
  readonly servername: string | undefined;
}

/** The settings of a service for TLS to its API. */
export type ApiTlsSettings = Pick<
  ServiceSettings,
  'tls_verify' | 'tls.cacertfile' | 'tls.certfile' | 'tls.keyfile' | 'tls.servername'
>;

/** The settings of a service for TLS to its token endpoint. */
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
 * Reads the TLS files of a service. They are read once, because they may be deleted before the
 * service connects to another server.
 *
 * @throws Error with a message of one sentence if the files cannot be used
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
 * Reads the TLS files for the token endpoint of a service. The keys `auth.fetch.tls.*` default to
 * the keys `tls.*` of the API, with two exceptions. `servername` does not default to the API's,
 * because the endpoint has another name. The CAs include those of the system, because the endpoint
 * often has a public certificate.
 *
 * @throws Error with a message of one sentence if the files cannot be used
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

/**
 * Reads the CA certificates for Vault. The keys `tls.*` do not apply, because Vault has another owner
 * than the API.
 *
 * @throws Error with a message of one sentence if the files cannot be used
 */
export function readVaultTls(settings: Pick<ServiceSettings, 'auth.secrets.vault.cacertfile'>): UpstreamTls {
  const files = { cas: settings['auth.secrets.vault.cacertfile'], certFile: undefined, keyFile: undefined };
  return { secureContext: createContext('auth.secrets.vault', files), verify: true, servername: undefined };
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

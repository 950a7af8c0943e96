import { X509Certificate } from 'node:crypto';
import type { LoadedConfig } from './config/model.js';
import { readRegularFile } from './read-regular-file.js';

/** When the certificates of a configuration expire, by the name of their owner. */
export interface CertificateExpiries {
  /** ISO 8601 dates. A listener without TLS has none. */
  readonly listeners: ReadonlyMap<string, string>;
  /** The client certificates of services (`tls.certfile`). */
  readonly services: ReadonlyMap<string, string>;
}

/** Reads the certificates. Leaves out a file that is unusable, because its user reports it. */
export function readCertificateExpiries({ listeners, services }: LoadedConfig): CertificateExpiries {
  return {
    listeners: expiries(listeners.map(({ name, settings }) => [name, settings['tls.certfile']])),
    services: expiries(services.map(({ name, settings }) => [name, settings['tls.certfile']])),
  };
}

function expiries(files: readonly (readonly [string, string | undefined])[]): ReadonlyMap<string, string> {
  return new Map(
    files.flatMap(([name, file]) => {
      const expiry = file && expiryOf(file);
      return expiry ? [[name, expiry]] : [];
    }),
  );
}

/** The first certificate of a file is the owner's. The others are its chain. */
function expiryOf(file: string): string | undefined {
  try {
    return new Date(new X509Certificate(readRegularFile(file)).validTo).toISOString();
  } catch {
    return undefined;
  }
}

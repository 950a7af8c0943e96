import { X509Certificate } from 'node:crypto';
import type { LoadedConfig } from '../config/model.js';
import { readRegularFile } from '../read-regular-file.js';

/** When the certificates of a configuration expire, by the name of their owner. */
export interface CertificateExpiries {
  /** ISO 8601 dates. A listener without TLS has none. */
  readonly listeners: ReadonlyMap<string, string>;
  /** The client certificates of services; of two, the one that expires first. */
  readonly services: ReadonlyMap<string, string>;
}

/** Reads the certificates. Leaves out a file that is unusable, because its user reports it. */
export function readCertificateExpiries({ listeners, services }: LoadedConfig): CertificateExpiries {
  return {
    listeners: expiries(listeners.map(({ name, settings }) => [name, settings['tls.certfile']])),
    services: expiries(
      services.map(({ name, settings }) => [
        name,
        settings['tls.certfile'],
        settings['auth.fetch.tls.certfile'],
      ]),
    ),
  };
}

/** @param owners the name of each owner, and its files */
function expiries(
  owners: readonly (readonly [string, ...(string | undefined)[]])[],
): ReadonlyMap<string, string> {
  return new Map(
    owners.flatMap(([name, ...files]) => {
      const [first] = files.flatMap((file) => (file && expiryOf(file)) || []).sort();
      return first === undefined ? [] : [[name, first]];
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

import { createSecureContext } from 'node:tls';
import { readRegularFile } from '../read-regular-file.js';
import { systemCode } from './failures.js';
import { CommandFailure, EXIT } from './host.js';

/** The files for TLS with an admin listener. */
export interface AdminTlsOptions {
  /** The certificate of this client (PEM, with its chain). */
  readonly cert?: string;
  /** Its private key (PEM). */
  readonly key?: string;
  /** The CA certificates (PEM) of the listener. */
  readonly ca?: string;
}

/** What a command presents in the TLS handshake, and whom it trusts. */
export interface AdminTls {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
}

/**
 * Reads the files of `--cert`, `--key` and `--ca`.
 *
 * @throws CommandFailure
 */
export function readAdminTls(options: AdminTlsOptions, url: string): AdminTls {
  const { cert, key, ca } = options;
  if (cert === undefined && key === undefined && ca === undefined) return {};
  if ((cert === undefined) !== (key === undefined)) {
    throw new CommandFailure('--cert and --key belong together: a certificate, and its key.', EXIT.usage);
  }
  if (!url.startsWith('https:')) {
    throw new CommandFailure(
      `--cert, --key and --ca need an admin listener with TLS, but the URL is ${url}.`,
      EXIT.usage,
    );
  }
  const tls = {
    ...(cert !== undefined && { cert: read('--cert', cert) }),
    ...(key !== undefined && { key: read('--key', key) }),
    ...(ca !== undefined && { ca: read('--ca', ca) }),
  };
  try {
    createSecureContext(tls);
    return tls;
  } catch (error) {
    const files = [cert, key, ca].filter((file) => file !== undefined).join(', ');
    throw new CommandFailure(
      `The TLS files cannot be used (${systemCode(error) ?? 'other error'}): ${files}. They must be PEM, the key must not be encrypted, and it must be the key of the certificate.`,
    );
  }
}

function read(option: string, file: string): Buffer {
  try {
    return readRegularFile(file);
  } catch (error) {
    throw new CommandFailure(`The file of ${option} cannot be read: ${file} (${systemCode(error)}).`);
  }
}

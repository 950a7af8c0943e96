import type { SecureContext } from 'node:tls';
import { readRegularFile } from '../read-regular-file.js';

/** What Node itself calls for the option `ca`; neither documented nor typed, and there in every version since 0.10. */
interface NativeContext {
  addCACert(pem: Buffer): void;
}

/**
 * Has a context trust further CAs beside those that it was made with, when it was made without the option `ca`: those of
 * the runtime. Handing all of these over in `ca` would parse some 150 certificates for each service, which takes tens
 * of milliseconds.
 *
 * @param extraFile the file of `NODE_EXTRA_CA_CERTS`: Node 20 forgets it as soon as another CA is added.
 */
export function trustBesides(
  { context }: SecureContext,
  authorities: readonly Buffer[],
  extraFile = process.env['NODE_EXTRA_CA_CERTS'],
): void {
  const native = context as NativeContext;
  for (const pem of authorities) native.addCACert(pem);
  const extra = extraFile ? readIfThere(extraFile) : undefined;
  if (extra !== undefined) native.addCACert(extra);
}

/** Node warns of a file that cannot be read, and goes on without it. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readRegularFile(path);
  } catch {
    return undefined;
  }
}

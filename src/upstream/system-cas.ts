import type { SecureContext } from 'node:tls';
import { readRegularFile } from '../read-regular-file.js';

/** What Node itself calls for the option `ca`. Undocumented, but in every version since 0.10. */
interface NativeContext {
  addCACert(pem: Buffer): void;
}

/**
 * Makes a context trust further CAs besides those of the runtime. The context must be created
 * without the option `ca`. To pass the CAs of the runtime in `ca` would parse some 150 certificates
 * for each service, which takes tens of milliseconds.
 *
 * @param extraFile the file of `NODE_EXTRA_CA_CERTS`. Node 20 drops it when another CA is added.
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

/** Node warns of an unreadable file and continues without it. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readRegularFile(path);
  } catch {
    return undefined;
  }
}

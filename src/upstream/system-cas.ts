import type { SecureContext } from 'node:tls';
import { readRegularFile } from '../read-regular-file.js';

/**
 * The native object that Node itself uses for the option `ca`. It is undocumented, but exists in
 * every version since 0.10.
 */
interface NativeContext {
  addCACert(pem: Buffer): void;
}

/**
 * Makes a context trust more CAs in addition to those of the runtime. The context must be created
 * without the option `ca`. Passing the runtime's CAs in `ca` would parse about 150 certificates for
 * each service, which takes tens of milliseconds.
 *
 * @param extraFile the file of `NODE_EXTRA_CA_CERTS`. Node 20 ignores it when another CA is added.
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

/** Returns undefined if the file is unreadable. Node itself has already logged a warning then. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readRegularFile(path);
  } catch {
    return undefined;
  }
}

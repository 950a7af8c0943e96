import { randomUUID } from 'node:crypto';
import type { LoadedConfig } from '../config/model.js';
import { type Preview, previewRequest as preview } from '../gateway/preview.js';
import { userAgent } from '../version.js';

export type { Preview } from '../gateway/preview.js';

/**
 * Builds the HTTP request that a call would send, with secrets masked. It sends nothing.
 *
 * @param uri the procedure
 * @param realm needed only if several realms have a procedure with this URI. Default: the first of
 *   them
 * @param kwargs the keyword arguments of the call
 * @throws BadRequest when the procedure does not exist, or the kwargs cannot become its request
 *
 * @example
 * ```ts
 * import { loadConfig, previewRequest } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const kwargs = { id: 'INV-001' };
 * const { request } = previewRequest(config, 'com.billing.get_invoice', undefined, kwargs);
 * console.log(request.method, request.origin + request.path);
 * ```
 */
export function previewRequest(
  config: LoadedConfig,
  uri: string,
  realm: string | undefined,
  kwargs: Readonly<Record<string, unknown>>,
): Preview {
  return preview(config, uri, realm, kwargs, { userAgent: userAgent(), uuid: randomUUID });
}

import { MASK } from '../auth/fill-vars.js';
import type { ProcedureSettings } from '../config/model.js';
import { isSecretName, maskQuery } from '../config/secret-names.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { maskBody } from './mask-body.js';

/**
 * A request for display. `***` replaces each header value, query parameter and body field if its
 * name suggests a credential. It does not matter who set the value.
 *
 * @param encoding how the body was written
 * @param isHarmless tells which values of headers and parameters are shown in any case. Default: none
 */
export function maskSecrets(
  request: HttpRequest,
  encoding: ProcedureSettings['body_encoding'],
  isHarmless: (value: string) => boolean = () => false,
): HttpRequest {
  // Splits at the first question mark, because a query may contain further ones (RFC 3986 §3.4).
  const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(request.path) ?? [];
  return {
    ...request,
    path:
      query === undefined
        ? path
        : `${path}?${maskQuery(query, (value) => (isHarmless(value) ? value : MASK))}`,
    headers: request.headers.map((text, index) =>
      index % 2 === 1 && isSecretName(request.headers[index - 1] as string) && !isHarmless(text)
        ? MASK
        : text,
    ),
    body: request.body === undefined ? undefined : maskBody(request.body, encoding, isHarmless),
  };
}

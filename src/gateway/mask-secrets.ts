import { MASK } from '../auth/fill-vars.js';
import { isSecretName, maskQuery } from '../config/secret-names.js';
import type { HttpRequest, ReadableRequest } from '../upstream/http-message.js';
import { maskJson } from './mask-json.js';

/**
 * A request for display. `***` replaces each header value, query parameter and body field if its
 * name suggests a credential. It does not matter who set the value.
 *
 * @param isHarmless tells which values of headers and parameters are shown in any case. Default: none
 */
export function maskSecrets(
  request: HttpRequest,
  isHarmless: (value: string) => boolean = () => false,
): ReadableRequest {
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
    body: request.body === undefined ? undefined : maskBody(request.body),
  };
}

/** Masks the fields of a body whose names suggest a credential. Changes nothing else. */
function maskBody(content: string | Uint8Array): string {
  return maskJson(Buffer.from(content as string), isSecretName, JSON.stringify(MASK));
}

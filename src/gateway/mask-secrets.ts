import { MASK } from '../auth/fill-vars.js';
import type { HttpRequest, ReadableRequest } from '../upstream/http-message.js';
import { maskJson } from './mask-json.js';

/** Parts of names that APIs use for credentials. */
const SECRET_PART =
  /authori[sz]ation|cookie|token|secret|passw|passphrase|credential|apikey|accesskey|privatekey/;
/** Complete words of such names. `pin` matches, but not the `pin` in `shipping`. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  'auth bearer csrf cvc cvv hmac jwt key keys nonce otp pass passcode pin pwd sas saml session sessionid sid sig signature totp xsrf'.split(
    ' ',
  ),
);
/** A name that contains `key` and is not a credential, because it identifies a call. */
const HARMLESS = /^idempotency[-_]?key$/i;

/**
 * Whether a name in snake_case, kebab-case or camelCase suggests that its value is a credential.
 */
export function isSecretName(name: string): boolean {
  if (HARMLESS.test(name)) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_PART.test(words.join(''));
}

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
        : `${path}?${query
            .split('&')
            .map((pair) => maskPair(pair, isHarmless))
            .join('&')}`,
    headers: request.headers.map((text, index) =>
      index % 2 === 1 && isSecretName(request.headers[index - 1] as string) && !isHarmless(text)
        ? MASK
        : text,
    ),
    body: request.body === undefined ? undefined : maskBody(request.body),
  };
}

function maskPair(pair: string, isHarmless: (value: string) => boolean): string {
  const [name = ''] = pair.split('=', 1);
  const isMasked = isSecretName(decoded(name)) && !isHarmless(pair.slice(name.length + 1));
  return isMasked ? `${name}=${MASK}` : pair;
}

/** The percent-decoded name, or the name itself if it is not UTF-8. */
function decoded(name: string): string {
  const text = name.replaceAll('+', ' ');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Masks the fields of a body whose names suggest a credential. Changes nothing else. */
function maskBody(content: string | Uint8Array): string {
  return maskJson(Buffer.from(content as string), isSecretName, JSON.stringify(MASK));
}

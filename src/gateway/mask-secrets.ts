import { MASK } from '../auth/fill-vars.js';
import type { HttpRequest, ReadableRequest } from '../upstream/http-message.js';
import { maskJson } from './mask-json.js';

/** Parts of names under which APIs take credentials. */
const SECRET_PART =
  /authori[sz]ation|cookie|token|secret|passw|passphrase|credential|apikey|accesskey|privatekey/;
/** Whole words of such names: `pin`, not `shipping`. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  'auth bearer csrf cvc cvv hmac jwt key keys nonce otp pass passcode pin pwd sas saml session sessionid sid sig signature totp xsrf'.split(
    ' ',
  ),
);
/** A key that tells calls apart and opens nothing. */
const HARMLESS = /^idempotency[-_]?key$/i;

/** Whether a name says that its value is a credential, in snake_case, kebab-case or camelCase. */
function isSecretName(name: string): boolean {
  if (HARMLESS.test(name)) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_PART.test(words.join(''));
}

/**
 * The request for showing: headers, query parameters and fields of the body whose names say that they carry a credential
 * have `***` for a value, whoever set them.
 */
export function maskSecrets(request: HttpRequest): ReadableRequest {
  // At the first question mark: a literal query may hold more of them (RFC 3986 §3.4).
  const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(request.path) ?? [];
  return {
    ...request,
    path: query === undefined ? path : `${path}?${query.split('&').map(maskPair).join('&')}`,
    headers: request.headers.map((text, index) =>
      index % 2 === 1 && isSecretName(request.headers[index - 1] as string) ? MASK : text,
    ),
    body: request.body === undefined ? undefined : maskBody(request.body),
  };
}

function maskPair(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  return isSecretName(decoded(name)) ? `${name}=${MASK}` : pair;
}

/** The name behind the percent signs, or as it stands if it is not UTF-8. */
function decoded(name: string): string {
  const text = name.replaceAll('+', ' ');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A body without such fields, at any depth, comes back as it is, to the letter. */
function maskBody(content: string | Uint8Array): string {
  return maskJson(Buffer.from(content as string), isSecretName, JSON.stringify(MASK));
}

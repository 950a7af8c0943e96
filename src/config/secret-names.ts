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
 * Masks the parameters of a query whose names suggest a credential.
 *
 * @param query without its question mark
 * @param mask replaces a value
 */
export function maskQuery(query: string, mask: (value: string) => string): string {
  return query
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      if (pair === name || !isSecretName(decoded(name))) return pair;
      return `${name}=${mask(pair.slice(name.length + 1))}`;
    })
    .join('&');
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

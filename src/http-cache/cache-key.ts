import { hash } from 'node:crypto';
import type { HttpRequest } from '../upstream/http-message.js';

/** A credential that is renewed from time to time. Its `key` stays the same. */
export interface RenewedToken {
  readonly value: string;
  /** Equal for tokens of equal credentials. Without it, each token is a credential of its own. */
  readonly key?: string | undefined;
}

/**
 * Names requests for a cache. A name is a hash with a secret of this process, so that neither the
 * cache nor a dump of its memory tells a credential.
 */
export interface KeyMaker {
  /**
   * The key of a whole request: method, URL, headers and body.
   *
   * @param request with its credential
   * @param token the token in the request. Its key takes its place, so that a new token of the same
   * credentials finds the same responses.
   */
  keyOf(request: HttpRequest, token: RenewedToken | undefined): string;
  /** The name of a URL, by which unsafe requests find the stored responses (RFC 9111 §4.4). */
  urlKey(url: string): string;
}

/**
 * @param salt a random text
 * @param unkeyed the names of headers, in lower case, that are not in the key
 */
export function createKeyMaker(salt: string, unkeyed: ReadonlySet<string>): KeyMaker {
  /** Headers contain no line ends, and a body comes last. So no two requests have the same text. */
  function textOf({ method, origin, path, headers, body }: HttpRequest): string {
    let text = `${salt}\n${method}\n${origin}\n${path}\n`;
    for (let index = 0; index < headers.length; index += 2) {
      const name = (headers[index] as string).toLowerCase();
      if (!unkeyed.has(name)) text += `${name}\n${headers[index + 1]}\n`;
    }
    if (body === undefined) return text;
    // Octets as latin1 may look like another text.
    return typeof body === 'string'
      ? `${text}\ntext\n${body}`
      : `${text}\noctets\n${Buffer.from(body).toString('latin1')}`;
  }

  return {
    keyOf(request, token) {
      const text = textOf(request);
      const named = token?.key === undefined ? text : text.replaceAll(token.value, () => token.key as string);
      return hash('sha256', named, 'base64');
    },
    urlKey: (url) => hash('sha256', `${salt}\n${canonicalUrl(url)}`, 'base64'),
  };
}

/** The same text for equal URLs (RFC 3986 §6.2.2). */
function canonicalUrl(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.href.replace(/%([0-9a-f]{2})/gi, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase();
  });
}

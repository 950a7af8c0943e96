/**
 * Rules of HTTP for header fields. The configuration, the `_headers` of callers and credentials
 * share them.
 */

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5, with obs-text: Latin-1 without control characters. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Fields that only the gateway sets, or that belong to one connection (RFC 9110 §7.6.1). With them
 * a caller could reach another virtual host, split a request, or request an encoding that the
 * gateway cannot decode.
 */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
]);

/** Tells whether `text` can be the name of a header or a cookie. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Tells whether `text` can be the value of a header field, without encoding. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** A media type with its parameters (RFC 9110 §8.3.1), in ASCII. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[ \t]*;[ -~]*)?$/;

/** Tells whether `text` can be the value of Content-Type. */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text);
}

/**
 * A JSON media type with its parameters: `application/vnd.api+json; ext=bulk`. The group has the
 * parameters.
 */
export const JSON_MEDIA_TYPE = /^(?:application|text)\/(?:[\w.-]+[+-])?json(?:[-.][\w.]+)?[ \t]*(?:;(.*))?$/i;

/** Tells whether only the gateway may set this header. Case does not matter. */
export function isOwnField(name: string): boolean {
  const folded = foldFieldName(name);
  return OWN_FIELDS.has(folded) || folded.startsWith('proxy-');
}

const NOT_ALPHANUMERIC = /[^a-z0-9]/g;

/**
 * Maps header names to the same text if a server with CGI, WSGI, Rack or FastCGI cannot tell them
 * apart: X-Tenant, x_tenant and X.Tenant all become HTTP_X_TENANT there (RFC 3875 §4.1.18).
 */
export function foldFieldName(name: string): string {
  return name.toLowerCase().replace(NOT_ALPHANUMERIC, '-');
}

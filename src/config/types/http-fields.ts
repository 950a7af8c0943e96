/** What HTTP allows in header fields: one place for the configuration, for callers' `_headers` and for credentials. */

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5, with obs-text: Latin-1 without control characters. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Fields that are the gateway's own or belong to one connection (RFC 9110 §7.6.1): whoever sets them could reach another
 * virtual host, split a request, or be sent an answer that we can't decode.
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

/** True for what can be the name of a header or of a cookie. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** True for what can stand in a header field as it is. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** True for a header, in any case, that nobody but the gateway may set. */
export function isOwnField(name: string): boolean {
  const folded = foldFieldName(name);
  return OWN_FIELDS.has(folded) || folded.startsWith('proxy-');
}

const NOT_ALPHANUMERIC = /[^a-z0-9]/g;

/**
 * What a header name is to a server that hands headers to a program by CGI, WSGI, Rack or FastCGI: X-Tenant, x_tenant and
 * X.Tenant are all HTTP_X_TENANT there (RFC 3875 §4.1.18).
 */
export function foldFieldName(name: string): string {
  return name.toLowerCase().replace(NOT_ALPHANUMERIC, '-');
}

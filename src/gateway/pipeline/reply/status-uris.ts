/**
 * The WAMP error URIs for HTTP statuses other than success. docs/errors.md shows the same table.
 * Other statuses get the URI of their class.
 */
export const STATUS_URIS: Readonly<Record<number, string>> = {
  400: 'wamp.error.invalid_argument',
  401: 'wamp.error.not_authorized',
  403: 'wamp.error.not_authorized',
  404: 'wamp.error.not_found',
  408: 'wamp.error.timeout',
  422: 'wamp.error.invalid_argument',
  429: 'bondy.error.too_many_requests',
  504: 'wamp.error.timeout',
};
export const OTHER_4XX_URI = 'bondy.error.invalid_argument';
export const OTHER_URI = 'bondy.error.bad_gateway';

/** @param own the procedure's `errors.$status`. They take precedence over the table. */
export function statusUri(status: number, own: ReadonlyMap<number, string>): string {
  return (
    own.get(status) ?? STATUS_URIS[status] ?? (status >= 400 && status < 500 ? OTHER_4XX_URI : OTHER_URI)
  );
}

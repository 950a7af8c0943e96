/**
 * `npm version` writes this constant, and a test compares it with package.json. It is a constant
 * because bundlers do not include package.json.
 */
const VERSION = '0.1.0';

/** The version of this package. */
export function packageVersion(): string {
  return VERSION;
}

/** The name and version of this package, as HTTP and WAMP peers get it. */
export function userAgent(): string {
  return `wamp-rpc-gateway/${VERSION}`;
}

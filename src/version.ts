/**
 * `npm version` writes this constant, and a test compares it with package.json. It is a constant
 * because bundlers do not include package.json.
 */
const VERSION = '0.1.0';

/** The version of this package. */
export function packageVersion(): string {
  return VERSION;
}

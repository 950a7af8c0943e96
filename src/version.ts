/** Written by `npm version`; a test holds it equal to package.json. A constant, since bundlers leave package.json behind. */
const VERSION = '0.1.0';

/** The package's version, as its package.json says it. */
export function packageVersion(): string {
  return VERSION;
}

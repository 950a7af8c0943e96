/** Where a RawSocket URL leads. */
export type RawSocketPlace =
  | { readonly host: string; readonly port: number; readonly hasTls: boolean }
  | { readonly path: string; readonly hasTls: false };

const UNIX = /^(?:rs:\/\/unix:|unix:)(?<path>.+)$/;

/**
 * Reads `rs://host:port`, `rss://host:port`, `rs://unix:/path` (as autobahn|python has it) and `unix:/path`. Undefined
 * for anything else. The port has to be named, as RawSocket has none of its own.
 */
export function parseRawSocketUrl(url: string): RawSocketPlace | undefined {
  const path = UNIX.exec(url)?.groups?.['path'];
  if (path !== undefined) return { path: path.replace(/^\/\/(?=\/)/, ''), hasTls: false };
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  const { protocol, hostname, port } = parsed;
  if ((protocol !== 'rs:' && protocol !== 'rss:') || hostname === '' || port === '') return undefined;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), hasTls: protocol === 'rss:' };
}

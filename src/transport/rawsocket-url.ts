/** The address that a RawSocket URL names. */
export type RawSocketAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly hasTls: boolean }
  | { readonly kind: 'unix'; readonly path: string; readonly hasTls: false };

const UNIX = /^(?:rs:\/\/unix:|unix:)(?<path>.+)$/;

/**
 * Parses `rs://host:port`, `rss://host:port`, `rs://unix:/path` (as in autobahn|python) and
 * `unix:/path`. Returns undefined for other URLs. RawSocket has no default port, so the port is
 * required.
 */
export function parseRawSocketUrl(url: string): RawSocketAddress | undefined {
  const path = UNIX.exec(url)?.groups?.['path'];
  if (path !== undefined) return { kind: 'unix', path: path.replace(/^\/\/(?=\/)/, ''), hasTls: false };
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return undefined;
  }
  const { protocol, hostname, port } = parsed;
  if ((protocol !== 'rs:' && protocol !== 'rss:') || hostname === '' || port === '') return undefined;
  return {
    kind: 'tcp',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    hasTls: protocol === 'rss:',
  };
}

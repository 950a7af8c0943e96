import { foldFieldName } from '../../../config/types/http-fields.js';

/**
 * What happens to a caller's header. `configured`: the configuration replaces it. `refused`: the
 * call is refused. `allowed`: the header is sent.
 */
export type CallerHeaderRule = 'configured' | 'refused' | 'allowed';

/**
 * Headers that tell an API who sent the request, and headers that make frameworks change the method
 * or URL of a request. APIs trust them, because usually a proxy sets them. A caller is not a
 * trusted proxy, so the operator must allow these headers.
 */
const STEERING: readonly string[] = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-http-path-override',
  'x-http-host-override',
  'x-host',
  'x-host-override',
  // Next.js skips its access checks for a request with this header (CVE-2025-29927).
  'x-middleware-subrequest',
  'x-original-*',
  'x-rewrite-*',
  'forwarded',
  'x-forwarded',
  'x-forwarded-*',
  'forwarded-*',
  'x-originating-*',
  'x-remote-*',
  'remote-*',
  'x-auth-request-*',
  'x-ssl-*',
  'ssl-client-*',
  'client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-*',
  'x-appengine-*',
  'x-arr-*',
  'x-envoy-*',
  'x-accel-*',
  // CGI turns it into the variable HTTP_PROXY, and HTTP clients in the API then use it as their
  // proxy.
  'proxy',
];

/**
 * Compiles the rule for the headers in `_headers`. Names are folded before they are compared,
 * because CGI and similar servers fold them too.
 *
 * @param configured names that the configuration sets
 * @param globs `caller_headers`: the names that may be sent. Undefined allows all but `STEERING`.
 */
export function compileCallerHeaders(
  configured: readonly string[],
  globs: readonly string[] | undefined,
): (name: string) => CallerHeaderRule {
  const owned = new Set(configured.map(foldFieldName));
  const isNamed = compileGlobs(globs ?? STEERING);
  const named: CallerHeaderRule = globs === undefined ? 'refused' : 'allowed';
  const others: CallerHeaderRule = globs === undefined ? 'allowed' : 'refused';
  return (name) => {
    const folded = foldFieldName(name);
    if (owned.has(folded)) return 'configured';
    return isNamed(folded) ? named : others;
  };
}

/** Whether a folded name matches one of the globs. */
function compileGlobs(globs: readonly string[]): (folded: string) => boolean {
  const whole = new Set(globs.filter((glob) => !glob.includes('*')).map(foldFieldName));
  const parts = globs.filter((glob) => glob.includes('*')).map((glob) => glob.split('*').map(foldFieldName));
  return (folded) => whole.has(folded) || parts.some((pieces) => matches(folded, pieces));
}

/**
 * Matches a glob without backtracking: searches each piece once. @param pieces the texts between
 * the asterisks
 */
function matches(name: string, pieces: readonly string[]): boolean {
  const first = pieces[0] as string;
  const last = pieces.at(-1) as string;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

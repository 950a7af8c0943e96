import { foldFieldName } from '../../config/types/http-fields.js';

/** What becomes of a header that a caller sends: the configuration's replaces it, it is refused, or it goes out. */
export type CallerHeaderRule = 'configured' | 'refused' | 'allowed';

/**
 * Headers by which a proxy tells who asked for what, and by which a framework lets a request be another one. An API
 * believes them, and the caller is not the proxy: they need the operator's word.
 */
const STEERING: readonly string[] = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-http-path-override',
  'x-http-host-override',
  'x-host',
  'x-host-override',
  // Next.js takes a request with it for one that has been let in (CVE-2025-29927).
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
  // Without a rest: CGI makes HTTP_PROXY of it, which HTTP clients of the API take for their proxy.
  'proxy',
];

/**
 * Prepares the rule for the headers of `_headers`. Names are compared folded, as servers do that hand them to programs.
 *
 * @param configured names that the configuration sets
 * @param globs `caller_headers`: the names that may be sent; undefined where all may that do not steer
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

/** Takes each piece at its first place, which never backtracks. @param pieces what stands between the asterisks */
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

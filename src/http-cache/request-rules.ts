import { type Directives, msOf, readDirectives } from './directives.js';

/** What a caller asks of caches, in `Cache-Control` or `Pragma` (RFC 9111 §5.2.1, §5.4). */
export interface RequestRules {
  /** A stored response must be validated. */
  readonly noCache: boolean;
  readonly maxAgeMs: number | undefined;
  readonly minFreshMs: number | undefined;
  /** Infinity for any staleness. */
  readonly maxStaleMs: number | undefined;
  readonly onlyIfCached: boolean;
}

/**
 * Reads what the headers of a request ask of caches.
 *
 * @returns undefined if they ask nothing. `bypass` if the cache has no part in the request: its
 * caller forbids to store the response, or has a stored response or a part of one of its own.
 */
export function readRequestRules(headers: readonly string[]): RequestRules | 'bypass' | undefined {
  let control: string[] | undefined;
  let pragma = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    switch (name.toLowerCase()) {
      case 'if-match':
      case 'if-none-match':
      case 'if-modified-since':
      case 'if-unmodified-since':
      case 'if-range':
      case 'range':
        return 'bypass';
      case 'cache-control':
        control ??= [];
        control.push(headers[index + 1] as string);
        break;
      case 'pragma':
        pragma ||= /\bno-cache\b/i.test(headers[index + 1] as string);
        break;
    }
  }
  if (control === undefined) return pragma ? { ...NOTHING, noCache: true } : undefined;
  const directives = readDirectives(control);
  return directives.has('no-store') ? 'bypass' : rulesOf(directives);
}

const NOTHING: RequestRules = {
  noCache: false,
  maxAgeMs: undefined,
  minFreshMs: undefined,
  maxStaleMs: undefined,
  onlyIfCached: false,
};

function rulesOf(directives: Directives): RequestRules {
  const isAny = directives.get('max-stale') === '';
  return {
    noCache: directives.has('no-cache'),
    maxAgeMs: msOf(directives, 'max-age'),
    minFreshMs: msOf(directives, 'min-fresh'),
    maxStaleMs: isAny ? Number.POSITIVE_INFINITY : msOf(directives, 'max-stale'),
    onlyIfCached: directives.has('only-if-cached'),
  };
}

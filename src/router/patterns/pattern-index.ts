import { isUri } from '../../wamp/uris.js';
import { MAX_URI_LENGTH, type MatchPolicy } from '../model.js';
import { createPrefixIndex } from './prefix-index.js';
import { createWildcardIndex, MAX_COMPONENTS, matches } from './wildcard-index.js';

/**
 * The registrations or subscriptions of a realm, by match policy and URI. A URI can exist once
 * under each policy. The duration of a search does not depend on the number of entries.
 * prefix-index.ts and wildcard-index.ts state its bounds.
 */
export interface PatternIndex<T> {
  get(match: MatchPolicy, uri: string): T | undefined;
  /** Like `get` with the policy `exact`. Every call and event uses it. */
  exact(uri: string): T | undefined;
  set(match: MatchPolicy, uri: string, value: T): void;
  delete(match: MatchPolicy, uri: string): void;
  /**
   * Finds the entry for a call without an exact registration: the longest prefix, otherwise the
   * best wildcard pattern.
   *
   * Prefixes are compared by characters: `com.myobject1` is a prefix of `com.myobject1-sub`. But in
   * WAMP's examples of precedence, `a1.b2.c3` is not a prefix of `a1.b2.c33.d4.e5`. So a prefix that
   * ends inside a component matches too, but a wildcard pattern takes precedence over it. If another
   * matching prefix ends with a whole component, the prefixes take precedence.
   */
  bestPattern(uri: string): T | undefined;
  /** All patterns that match the topic of an event. */
  patterns(uri: string): readonly T[];
  /**
   * Returns how many different shapes the wildcard patterns have with this entry. Returns 0 if the
   * entry has the shape of an earlier one.
   */
  shapesWith(match: MatchPolicy, uri: string): number;
}

export function createPatternIndex<T>(): PatternIndex<T> {
  const exact = new Map<string, T>();
  // Created with the first pattern. Most realms have no pattern, so they search nothing.
  let patterns: ReturnType<typeof createPatterns<T>> | undefined;

  /**
   * Returns undefined for a URI that is too long. Such a URI cannot be registered, and this bounds
   * the search.
   */
  function patternsFor(uri: string): typeof patterns {
    return uri.length > MAX_URI_LENGTH ? undefined : patterns;
  }

  return {
    get: (match, uri) => (match === 'exact' ? exact.get(uri) : patternsFor(uri)?.[match].get(uri)),
    exact: (uri) => exact.get(uri),
    set(match, uri, value) {
      if (match === 'exact') {
        exact.set(uri, value);
        return;
      }
      patterns ??= createPatterns();
      patterns[match].set(uri, value);
    },
    delete(match, uri) {
      if (match === 'exact') exact.delete(uri);
      else patternsFor(uri)?.[match].delete(uri);
    },
    bestPattern(uri) {
      const known = patternsFor(uri);
      if (known === undefined) return undefined;
      const { prefix, wildcard } = known;
      const longest = prefix.longest(uri);
      if (longest === undefined) return wildcard.best(uri);
      const isWhole = (length: number) => endsWithComponent(uri, length);
      if (isWhole(longest.key.length) || prefix.longest(uri, isWhole) !== undefined) return longest.value;
      return wildcard.best(uri) ?? longest.value;
    },
    patterns(uri) {
      const known = patternsFor(uri);
      if (known === undefined) return NONE;
      const found: T[] = [];
      known.prefix.collect(uri, found);
      known.wildcard.collect(uri, found);
      return found;
    },
    shapesWith(match, uri) {
      if (match !== 'wildcard') return 0;
      if (patterns === undefined) return 1;
      return patterns.wildcard.hasShapeOf(uri) ? 0 : patterns.wildcard.shapes + 1;
    },
  };
}

function createPatterns<T>() {
  return { prefix: createPrefixIndex<T>(), wildcard: createWildcardIndex<T>() };
}

/** Whether a URI matches an entry with this policy. */
export function covers(match: MatchPolicy, pattern: string, uri: string): boolean {
  switch (match) {
    case 'exact':
      return pattern === uri;
    case 'prefix':
      return uri.startsWith(pattern);
    case 'wildcard':
      return matches(pattern, uri);
  }
}

/**
 * True if the first `length` characters of a URI consist of whole components, or if `length` is 0.
 */
function endsWithComponent(uri: string, length: number): boolean {
  return length === 0 || length === uri.length || uri[length] === '.' || uri[length - 1] === '.';
}

const NONE: readonly never[] = Object.freeze([]);

// A prefix may end in a dot or be empty; any component of a wildcard pattern may be empty.
// Otherwise the loose rule of WAMP, "URIs", applies to both.
const PREFIX = /^(?:[^\s.#]+\.)*[^\s.#]*$/;
const WILDCARD = /^[^\s#]*$/;

/** True for a valid URI of a procedure or topic. */
export function isUsableUri(uri: string): boolean {
  return uri.length <= MAX_URI_LENGTH && isUri(uri);
}

/** True for a URI or pattern that can be registered or subscribed to with this policy. */
export function isUsablePattern(match: MatchPolicy, uri: string): boolean {
  if (uri.length > MAX_URI_LENGTH || !uri.isWellFormed()) return false;
  switch (match) {
    case 'exact':
      return isUri(uri);
    case 'prefix':
      return PREFIX.test(uri);
    case 'wildcard':
      return WILDCARD.test(uri) && uri.split('.', MAX_COMPONENTS + 1).length <= MAX_COMPONENTS;
  }
}

/** The policy in the options, or `exact` if they name none. Decoding has checked the value. */
export function matchPolicyOf(options: { readonly match?: unknown }): MatchPolicy {
  const { match } = options;
  return match === 'prefix' || match === 'wildcard' ? match : 'exact';
}

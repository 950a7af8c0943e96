import { isUri } from '../wamp/uris.js';
import { MAX_URI_LENGTH, type MatchPolicy } from './model.js';
import { createPrefixTree } from './prefix-tree.js';
import { createWildcardTree, MOST_COMPONENTS } from './wildcard-tree.js';

/**
 * What is registered or subscribed in a realm, by match policy and URI. One URI may stand under each policy once. A search
 * takes as long among a hundred thousand entries as among ten.
 */
export interface PatternIndex<T> {
  get(match: MatchPolicy, uri: string): T | undefined;
  /** As `get` with the policy exact, which every call and event asks for. */
  exact(uri: string): T | undefined;
  set(match: MatchPolicy, uri: string, value: T): void;
  delete(match: MatchPolicy, uri: string): void;
  /**
   * What a call goes to, where nothing stands under its very URI: the longest prefix, else the best wildcard pattern.
   *
   * Prefixes are compared by characters: `com.myobject1` is one of `com.myobject1-sub`. In WAMP's examples of precedence
   * `a1.b2.c3` is none of `a1.b2.c33.d4.e5`, though. Both hold where prefixes that all end within a component of the URI
   * come last.
   */
  bestPattern(uri: string): T | undefined;
  /** What an event goes to, where that is more than the subscription of its very topic: all that match. */
  patterns(uri: string): readonly T[];
}

export function createPatternIndex<T>(): PatternIndex<T> {
  const maps = {
    exact: new Map<string, T>(),
    prefix: createPrefixTree<T>(),
    wildcard: createWildcardTree<T>(),
  };
  const { prefix, wildcard } = maps;
  // Where there is no pattern, as in most realms, nothing is searched.
  let patterns = 0;
  return {
    get: (match, uri) => maps[match].get(uri),
    exact: (uri) => maps.exact.get(uri),
    set(match, uri, value) {
      if (match !== 'exact' && maps[match].get(uri) === undefined) patterns++;
      maps[match].set(uri, value);
    },
    delete(match, uri) {
      if (match !== 'exact' && maps[match].get(uri) !== undefined) patterns--;
      maps[match].delete(uri);
    },
    bestPattern(uri) {
      if (patterns === 0) return undefined;
      let longest: T | undefined;
      let whole = false;
      for (const [length, value] of prefix.matches(uri)) {
        longest = value;
        whole ||= endsWithComponent(uri, length);
      }
      return whole ? longest : (wildcard.best(uri) ?? longest);
    },
    patterns(uri) {
      if (patterns === 0) return NONE;
      const found: T[] = [];
      for (const [, value] of prefix.matches(uri)) found.push(value);
      wildcard.collect(uri, found);
      return found;
    },
  };
}

/** True where the first `length` characters of a URI are whole components of it, or none. */
function endsWithComponent(uri: string, length: number): boolean {
  return length === 0 || length === uri.length || uri[length] === '.' || uri[length - 1] === '.';
}

const NONE: readonly never[] = Object.freeze([]);

// A prefix may end in a dot, or be nothing at all; any component of a wildcard pattern may be empty. As to the rest, the
// loose rule of WAMP section "URIs" holds for both.
const PREFIX = /^(?:[^\s.#]+\.)*[^\s.#]*$/;
const WILDCARD = /^[^\s#]*$/;

/** True for a URI that a procedure or topic may have. */
export function isUsableUri(uri: string): boolean {
  return uri.length <= MAX_URI_LENGTH && isUri(uri);
}

/** True for a URI, or pattern, that may be registered or subscribed with this policy. */
export function isUsablePattern(match: MatchPolicy, uri: string): boolean {
  if (uri.length > MAX_URI_LENGTH || !uri.isWellFormed()) return false;
  switch (match) {
    case 'exact':
      return isUri(uri);
    case 'prefix':
      return PREFIX.test(uri);
    case 'wildcard':
      return WILDCARD.test(uri) && uri.split('.', MOST_COMPONENTS + 1).length <= MOST_COMPONENTS;
  }
}

/** The policy that options name; `exact` where they name none. Decoding lets no other word through. */
export function matchPolicyOf(options: { readonly match?: unknown }): MatchPolicy {
  const { match } = options;
  return match === 'prefix' || match === 'wildcard' ? match : 'exact';
}

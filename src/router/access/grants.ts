import type { Grant } from '../auth/realm-security.js';
import { EVERYBODY } from '../auth/roles.js';
import type { MatchPolicy } from '../model.js';
import type { Action } from './authorizer.js';

/** What a set of roles is granted. */
export interface Grants {
  allow(action: Action, uri: string, match: MatchPolicy): boolean;
}

/** URIs that are granted for one action. */
interface Granted {
  readonly exact: Set<string>;
  readonly prefixes: string[];
  /** By their components; an empty one stands for any. */
  readonly wildcards: (readonly string[])[];
}

/** Puts together what is granted to roles. The role `all` is everybody's. */
export function compileGrants(grants: readonly Grant[], roles: ReadonlySet<string>): Grants {
  const byAction = new Map<Action, Granted>();
  for (const { roles: granted, permissions, resources } of grants) {
    const applies = granted === 'all' ? roles.has(EVERYBODY) : granted.some((role) => roles.has(role));
    if (!applies) continue;
    for (const action of permissions) {
      const uris = byAction.get(action) ?? { exact: new Set(), prefixes: [], wildcards: [] };
      byAction.set(action, uris);
      for (const { uri, match } of resources) {
        if (match === 'exact') uris.exact.add(uri);
        else if (match === 'prefix') uris.prefixes.push(uri);
        else uris.wildcards.push(uri.split('.'));
      }
    }
  }
  return {
    allow(action, uri, match) {
      const granted = byAction.get(action);
      return granted !== undefined && covers(granted, uri, match);
    },
  };
}

/** A pattern is allowed where all is that it can match. */
function covers({ exact, prefixes, wildcards }: Granted, uri: string, match: MatchPolicy): boolean {
  if (match === 'exact' && exact.has(uri)) return true;
  const fixed = match === 'wildcard' ? fixedPartOf(uri) : uri;
  if (prefixes.some((prefix) => fixed.startsWith(prefix))) return true;
  // What a prefix matches has any number of components, so no wildcard holds all of it.
  if (match === 'prefix' || wildcards.length === 0) return false;
  const components = uri.split('.');
  return wildcards.some(
    (wildcard) =>
      wildcard.length === components.length &&
      wildcard.every((component, index) => component === '' || component === components[index]),
  );
}

/** What all URIs begin with that a wildcard pattern matches. */
function fixedPartOf(pattern: string): string {
  const components = pattern.split('.');
  const open = components.indexOf('');
  return open < 0
    ? pattern
    : components
        .slice(0, open)
        .map((component) => `${component}.`)
        .join('');
}

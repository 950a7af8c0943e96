import type { Grant } from '../auth/realm-security.js';
import { EVERYBODY } from '../auth/roles.js';
import type { MatchPolicy } from '../model.js';
import type { Action } from './authorizer.js';

/** The grants of a set of roles. */
export interface Grants {
  allow(action: Action, uri: string, match: MatchPolicy): boolean;
}

/** The URIs that are granted for one action. */
interface Granted {
  readonly exact: Set<string>;
  readonly prefixes: string[];
  /** Patterns split into components. An empty component matches any component. */
  readonly wildcards: (readonly string[])[];
}

/** Collects the grants of a set of roles. The role `all` includes everybody. */
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

/** A pattern is allowed only if every URI that it can match is allowed. */
function covers({ exact, prefixes, wildcards }: Granted, uri: string, match: MatchPolicy): boolean {
  if (match === 'exact' && exact.has(uri)) return true;
  const fixed = match === 'wildcard' ? fixedPartOf(uri) : uri;
  if (prefixes.some((prefix) => fixed.startsWith(prefix))) return true;
  // A prefix matches URIs with any number of components. So no wildcard covers all of them.
  if (match === 'prefix' || wildcards.length === 0) return false;
  const components = uri.split('.');
  return wildcards.some(
    (wildcard) =>
      wildcard.length === components.length &&
      wildcard.every((component, index) => component === '' || component === components[index]),
  );
}

/** The common start of all URIs that a wildcard pattern matches. */
function fixedPartOf(pattern: string): string {
  const components = pattern.split('.');
  const firstEmpty = components.indexOf('');
  return firstEmpty < 0
    ? pattern
    : components
        .slice(0, firstEmpty)
        .map((component) => `${component}.`)
        .join('');
}

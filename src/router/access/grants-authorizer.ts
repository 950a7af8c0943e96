import type { RealmSecurity } from '../auth/realm-security.js';
import type { Session } from '../model.js';
import { ALLOW_ALL, type Authorizer } from './authorizer.js';
import {
  type AskAuthorizer,
  type AuthorizerProcedureOptions,
  createAskAuthorizer,
} from './dynamic-authorizer.js';
import { compileGrants, type Grants } from './grants.js';

/** How many sets of roles are kept with their compiled grants. */
const MOST_ROLE_SETS = 1000;

/**
 * What sessions may do in a realm: first what a grant to one of their roles allows, then what the
 * realm's authorizer allows. A realm with neither grants nor an authorizer allows everything.
 */
export function createAuthorizer(
  security: RealmSecurity,
  options: Omit<AuthorizerProcedureOptions, 'procedure'>,
): Authorizer {
  const { securityEnabled, grants, authorizer: procedure } = security;
  if (!securityEnabled || (grants === undefined && procedure === undefined)) return ALLOW_ALL;
  const ask: AskAuthorizer | undefined =
    procedure === undefined ? undefined : createAskAuthorizer({ ...options, procedure });
  const byRoles = new Map<string, Grants>();
  const bySession = new WeakMap<Session, Grants>();

  function grantsOf(session: Session): Grants {
    const known = bySession.get(session);
    if (known !== undefined) return known;
    const key = JSON.stringify([...session.roles].sort());
    const found = byRoles.get(key) ?? compileGrants(grants ?? [], session.roles);
    // Dynamic logins can bring ever new sets of roles: the least recently used ones are dropped.
    byRoles.delete(key);
    byRoles.set(key, found);
    const [oldest] = byRoles.keys();
    if (byRoles.size > MOST_ROLE_SETS && oldest !== undefined) byRoles.delete(oldest);
    bySession.set(session, found);
    return found;
  }

  return {
    may(session, action, uri, match) {
      if (session.trusted || grantsOf(session).allow(action, uri, match)) return true;
      return ask === undefined ? false : ask(session, action, uri, match);
    },
  };
}

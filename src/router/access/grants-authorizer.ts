import type { RealmSecurity } from '../auth/realm-security.js';
import type { Session } from '../model.js';
import { ALLOW_ALL, type Authorizer } from './authorizer.js';
import {
  type AskAuthorizer,
  type AuthorizerProcedureOptions,
  createAskAuthorizer,
} from './dynamic-authorizer.js';
import { compileGrants, type Grants } from './grants.js';

/** The maximum number of role sets whose compiled grants are cached. */
const MAX_ROLE_SETS = 1000;

/**
 * Decides what sessions may do in a realm. First it checks the grants to the session's roles. If no
 * grant allows the action, it asks the realm's authorizer. A realm with neither grants nor an
 * authorizer allows everything.
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
    // Dynamic logins can add new sets of roles without end. So the least recently used set is
    // removed.
    byRoles.delete(key);
    byRoles.set(key, found);
    const [oldest] = byRoles.keys();
    if (byRoles.size > MAX_ROLE_SETS && oldest !== undefined) byRoles.delete(oldest);
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

import type { Clock } from '../../clock.js';
import type { Observer } from '../../observe/observer.js';
import type { SummedLog } from '../../summed-log.js';
import { type Authentication, createAuthentication } from '../auth/authentication.js';
import type { CallProcedure } from '../auth/authenticator.js';
import { createKeyDerivation } from '../auth/key-derivation.js';
import { createLoginDelays } from '../auth/login-delays.js';
import { OPEN_REALM, type RealmSecurity } from '../auth/realm-security.js';
import { createSalts } from '../auth/salts.js';
import type { Authorizer } from './authorizer.js';
import { createAuthorizer } from './grants-authorizer.js';

/** Who may join which realm, and how long failed logins are delayed. */
export interface RouterSecurity {
  /**
   * By realm name. A realm that is not in the map has no users. Every session in it may do
   * everything.
   */
  readonly realms: ReadonlyMap<string, RealmSecurity>;
  /** `security.salt_secret`. Default: a random one. */
  readonly saltSecret?: string | undefined;
  /** Milliseconds; 0 means no delay. `security.max_failed_login_delay` */
  readonly maxFailedLoginDelay: number;
  /** For one source at a time; 0 means no limit. `security.max_failed_logins` */
  readonly maxFailedLogins: number;
}

const OPEN: RouterSecurity = { realms: new Map(), maxFailedLoginDelay: 8000, maxFailedLogins: 32 };

export interface RealmAccessOptions {
  readonly security: RouterSecurity | undefined;
  readonly allowAnonymous: boolean | 'local';
  readonly clock: Clock;
  readonly log: SummedLog;
  readonly observer: Observer;
  readonly newAuthid: () => string;
  readonly call: CallProcedure;
}

/** Authentication and authorization of one realm. */
export interface RealmAccess {
  readonly authentication: Authentication;
  readonly authorizer: Authorizer;
  /**
   * The authenticator and the authorizer procedures. Clients must not call them. An authenticator
   * returns secrets, or tells whether a ticket is correct, and a client could call it without a
   * limit.
   */
  readonly routerOnly: ReadonlySet<string>;
}

/** Creates the access rules of realms. All realms share one count of failed logins. */
export function createRealmAccess(options: RealmAccessOptions): (realm: string) => RealmAccess {
  const { security = OPEN, clock, log, call } = options;
  const salts = createSalts(security.saltSecret);
  const { maxFailedLoginDelay: longest, maxFailedLogins: maxWaiting } = security;
  const delays = createLoginDelays({ clock, longest, maxWaiting });
  // If there is no limit per source, many clients may share one source, for example behind a proxy.
  const sharedSources = maxWaiting === 0;
  const deriveFor = createKeyDerivation({ sharedSources });
  return (realm) => {
    const realmSecurity = security.realms.get(realm) ?? OPEN_REALM;
    return {
      authentication: createAuthentication({
        ...options,
        realm,
        security: realmSecurity,
        salts,
        delays,
        deriveFor,
        sharedSources,
      }),
      authorizer: createAuthorizer(realmSecurity, { realm, log, call }),
      routerOnly: new Set(
        [realmSecurity.authenticator, realmSecurity.authorizer].filter((uri) => uri !== undefined),
      ),
    };
  };
}

import type { Clock } from '../../clock.js';
import type { SummedLog } from '../../summed-log.js';
import { type Authentication, createAuthentication } from '../auth/authentication.js';
import type { CallProcedure } from '../auth/authenticator.js';
import { createKeyDerivation } from '../auth/key-derivation.js';
import { createLoginDelays } from '../auth/login-delays.js';
import { OPEN_REALM, type RealmSecurity } from '../auth/realm-security.js';
import { createSalts } from '../auth/salts.js';
import type { Authorizer } from './authorizer.js';
import { createAuthorizer } from './grants-authorizer.js';

/** Who may join which realm, and what failed logins cost. */
export interface RouterSecurity {
  /** By the realm's name. What is not here has no users, and whoever joins it may do everything. */
  readonly realms: ReadonlyMap<string, RealmSecurity>;
  /** `security.salt_secret`; without it one is drawn. */
  readonly saltSecret?: string | undefined;
  /** Milliseconds; 0 for no delay. `security.max_failed_login_delay` */
  readonly maxFailedLoginDelay: number;
  /** Of one source at a time; 0 for no limit. `security.max_failed_logins` */
  readonly maxFailedLogins: number;
}

const OPEN: RouterSecurity = { realms: new Map(), maxFailedLoginDelay: 8000, maxFailedLogins: 32 };

export interface RealmAccessOptions {
  readonly security: RouterSecurity | undefined;
  readonly allowAnonymous: boolean | 'local';
  readonly clock: Clock;
  readonly log: SummedLog;
  readonly newAuthid: () => string;
  readonly call: CallProcedure;
}

/** The gate of one realm: who comes in, and what they may do then. */
export interface RealmAccess {
  readonly authentication: Authentication;
  readonly authorizer: Authorizer;
  /**
   * The procedures that decide. An authenticator gives secrets away, or tells whether a ticket is
   * right, as often as it is asked: to clients it must not answer.
   */
  readonly routerOnly: ReadonlySet<string>;
}

/** Makes the gates of realms. Failed logins count for all of them together. */
export function createRealmAccess(options: RealmAccessOptions): (realm: string) => RealmAccess {
  const { security = OPEN, clock, log, call } = options;
  const salts = createSalts(security.saltSecret);
  const { maxFailedLoginDelay: longest, maxFailedLogins: mostWaiting } = security;
  const delays = createLoginDelays({ clock, longest, mostWaiting });
  // Without a limit for one source there may be a proxy, behind which there are many.
  const sharedSources = mostWaiting === 0;
  const deriveFor = createKeyDerivation({ sharedSources });
  return (realm) => {
    const ofRealm = security.realms.get(realm) ?? OPEN_REALM;
    return {
      authentication: createAuthentication({
        ...options,
        realm,
        security: ofRealm,
        salts,
        delays,
        deriveFor,
        sharedSources,
      }),
      authorizer: createAuthorizer(ofRealm, { realm, log, call }),
      routerOnly: new Set([ofRealm.authenticator, ofRealm.authorizer].filter((uri) => uri !== undefined)),
    };
  };
}

import type { Clock } from '../../clock.js';
import type { Observer } from '../../observe/observer.js';
import type { SummedLog } from '../../summed-log.js';
import { type Authentication, createAuthentication } from '../auth/authentication.js';
import type { CallProcedure } from '../auth/authenticator.js';
import { createKeyDerivation } from '../auth/key-derivation.js';
import { createLoginDelays } from '../auth/login-delays.js';
import { OPEN_REALM, type RealmSecurity } from '../auth/realm-security.js';
import { type Review, type Reviewed, reviewIdentity } from '../auth/review.js';
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

/** The settings that may change while the router runs. */
export interface AccessSettings {
  /** Default: no users and no grants. */
  readonly security?: RouterSecurity | undefined;
  /** Whether sessions may join without authentication, in realms that allow it. */
  readonly allowAnonymous: boolean | 'local';
}

export interface AccessRulesOptions {
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
  /** Applies the realm's present users and groups to somebody who has logged in before. */
  review(reviewed: Reviewed): Review;
}

/** The access rules of all realms. All realms share one count of failed logins. */
export interface AccessRules {
  /** Returns the same object until something changes that concerns the realm. */
  of(realm: string): RealmAccess;
  /** The realm was removed. */
  forget(realm: string): void;
  /**
   * Changes the settings. A realm whose `RealmSecurity` is the same object stays unchanged. Failed
   * logins are remembered. Without `saltSecret`, the random secret stays, so that the salts of
   * unknown users stay.
   */
  update(settings: AccessSettings): void;
}

export function createAccessRules(first: AccessSettings, options: AccessRulesOptions): AccessRules {
  const { clock } = options;
  let settings = first;
  let salts = createSalts(first.security?.saltSecret);
  let sharedSources = hasSharedSources(first);
  let deriveFor = createKeyDerivation({ sharedSources });
  const known = new Map<string, { readonly security: RealmSecurity; readonly access: RealmAccess }>();
  // The failed logins are remembered when the limits change.
  const delays = createLoginDelays({
    clock,
    get longest() {
      return (settings.security ?? OPEN).maxFailedLoginDelay;
    },
    get maxWaiting() {
      return (settings.security ?? OPEN).maxFailedLogins;
    },
  });

  function createAccess(realm: string, security: RealmSecurity): RealmAccess {
    const { allowAnonymous } = settings;
    const { authenticator, authorizer } = security;
    return {
      authentication: createAuthentication({
        ...options,
        realm,
        security,
        allowAnonymous,
        salts,
        delays,
        deriveFor,
        sharedSources,
      }),
      authorizer: createAuthorizer(security, { realm, log: options.log, call: options.call }),
      routerOnly: new Set([authenticator, authorizer].filter((uri) => uri !== undefined)),
      review: (reviewed) => reviewIdentity(reviewed, security, allowAnonymous),
    };
  }

  return {
    of(realm) {
      const security = settings.security?.realms.get(realm) ?? OPEN_REALM;
      const found = known.get(realm);
      if (found?.security === security) return found.access;
      const access = createAccess(realm, security);
      known.set(realm, { security, access });
      return access;
    },
    forget: (realm) => void known.delete(realm),
    update(next) {
      const isSaltKept = next.security?.saltSecret === settings.security?.saltSecret;
      const isSharingKept = hasSharedSources(next) === sharedSources;
      if (!isSaltKept) salts = createSalts(next.security?.saltSecret);
      if (!isSharingKept) {
        sharedSources = hasSharedSources(next);
        deriveFor = createKeyDerivation({ sharedSources });
      }
      if (!isSaltKept || !isSharingKept || next.allowAnonymous !== settings.allowAnonymous) known.clear();
      settings = next;
    },
  };
}

/**
 * If there is no limit per source, many clients may share one source, for example behind a proxy.
 */
const hasSharedSources = ({ security = OPEN }: AccessSettings): boolean => security.maxFailedLogins === 0;

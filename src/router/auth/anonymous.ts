import { isLoopback } from '../../ip-source.js';
import type { RealmSecurity } from './realm-security.js';
import { ANONYMOUS, EVERYBODY } from './roles.js';

/** The roles of all anonymous sessions. */
export const ANONYMOUS_ROLES: ReadonlySet<string> = new Set([ANONYMOUS, EVERYBODY]);

/**
 * Whether a realm admits sessions without a login from an address. The realm's sources may still
 * refuse them.
 *
 * @param allowAnonymous `local` allows them only from this machine. `security.allow_anonymous_user`
 * @param address undefined for a client of a Unix socket, which is on this machine
 */
export function admitsAnonymous(
  { authmethods, securityEnabled }: Pick<RealmSecurity, 'authmethods' | 'securityEnabled'>,
  allowAnonymous: boolean | 'local',
  address: string | undefined,
): boolean {
  if (allowAnonymous === false || (securityEnabled && !authmethods.includes(ANONYMOUS))) return false;
  return allowAnonymous === true || address === undefined || isLoopback(address);
}

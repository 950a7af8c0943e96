import { PRIVATE_KEY, publicKeyOf } from '../../support/logins.js';

/** What every router of these tests is configured with. */

/** Everybody may do everything here, but register {@link FORBIDDEN}. Callers are not disclosed. */
export const REALM = 'com.example.myrealm';
/** The same, and the router discloses callers. */
export const DISCLOSING_REALM = 'com.example.disclosing';
export const REALMS = [REALM, DISCLOSING_REALM] as const;

/** A procedure that nobody may register. */
export const FORBIDDEN = 'com.billing.forbidden';

/** The user of the gateway, by each login. */
export const USER = {
  authid: 'gateway',
  role: 'gateway',
  password: 'correct horse',
  privateKey: PRIVATE_KEY,
  publicKey: publicKeyOf(PRIVATE_KEY),
} as const;

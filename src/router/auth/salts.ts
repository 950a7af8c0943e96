import { createHmac, randomBytes } from 'node:crypto';

/** As many as Bondy's and most others' salts. */
const SALT_BYTES = 16;

/**
 * Salts for user names: always the same for a name, and for whoever does not know the secret no other than random ones.
 * Names that nobody has get theirs here, so that their challenge is like that of a user (WAMP "SCRAM", RFC 5802 section 9).
 *
 * @param secret `security.salt_secret`; without it one is drawn
 */
export function createSalts(secret: string | Uint8Array = randomBytes(32)) {
  const digest = (...parts: readonly string[]): Buffer =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
  return {
    saltFor: (realm: string, name: string): string =>
      digest('salt', realm, name).subarray(0, SALT_BYTES).toString('base64'),
    /** A number in [0, count), always the same for a name. */
    drawFor: (realm: string, name: string, count: number): number =>
      digest('draw', realm, name).readUInt32BE() % count,
  };
}

export type Salts = ReturnType<typeof createSalts>;

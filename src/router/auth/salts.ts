import { createHmac, randomBytes } from 'node:crypto';

/** The same length as the salts of Bondy and of most others. */
const SALT_BYTES = 16;

/**
 * Salts for user names. A name always gets the same salt. Without the secret, nobody can
 * distinguish it from a random salt. A name without a user gets its salt here too, so that its
 * challenge looks like a user's (WAMP "SCRAM", RFC 5802 section 9).
 *
 * @param secret `security.salt_secret`. Default: a random one
 */
export function createSalts(secret: string | Uint8Array = randomBytes(32)) {
  const digest = (...parts: readonly (string | number)[]): Buffer =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest();

  function bytesFor(realm: string, name: string, count: number): Buffer {
    const blocks = [digest('salt', realm, name)];
    for (let have = 32; have < count; have += 32) blocks.push(digest('salt', realm, name, blocks.length));
    return Buffer.concat(blocks).subarray(0, count);
  }

  return {
    /**
     * @param like a salt. The new one has the same length and alphabet. Default: base64 of 16 bytes
     */
    saltFor(realm: string, name: string, like?: string): string {
      if (like === undefined) return bytesFor(realm, name, SALT_BYTES).toString('base64');
      return textLike(like, bytesFor(realm, name, like.length));
    },
    /** Returns a number in [0, count), always the same for a name. */
    drawFor: (realm: string, name: string, count: number): number =>
      digest('draw', realm, name).readUInt32BE() % count,
  };
}

export type Salts = ReturnType<typeof createSalts>;

/** Makes a text with the length and alphabet of `model`. Takes one byte for each character. */
function textLike(model: string, bytes: Buffer): string {
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    const { length } = Buffer.from(model, encoding);
    const isWhole = Buffer.from(model, encoding).toString(encoding) === model;
    if (isWhole) return bytes.subarray(0, length).toString(encoding);
  }
  return Array.from({ length: model.length }, (_, index) =>
    characterLike(model.charAt(index), bytes[index] ?? 0),
  ).join('');
}

const ALPHABETS = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

function characterLike(character: string, byte: number): string {
  const alphabet = ALPHABETS.find((letters) => letters.includes(character)) ?? character;
  return alphabet.charAt(byte % alphabet.length);
}

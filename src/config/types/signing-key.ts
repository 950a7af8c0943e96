import type { KeyObject } from 'node:crypto';
import type { DataType } from './datatypes.js';
import { listOr } from './datatypes.js';
import { readPrivateKey } from './pem.js';
import { ValueError } from './value-error.js';

/** Algorithms of JWS (RFC 7518 section 3.1, RFC 8037 section 3.1). */
const ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SignatureAlg = (typeof ALGS)[number];

export const signatureAlg: DataType<SignatureAlg> = {
  description: `one of ${ALGS.join(', ')}`,
  parse(value) {
    const found = ALGS.find((alg) => alg.toLowerCase() === value.toLowerCase());
    if (found === undefined) throw new ValueError(`must be ${listOr(ALGS)}`);
    return found;
  },
};

/** A private key, and the algorithm to sign with. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly alg: SignatureAlg;
}

/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048;

/**
 * Reads the private key of a PEM file.
 *
 * @param wanted default: the algorithm of the key
 * @throws ValueError if the key is unreadable, or does not fit the algorithm
 */
export function readSigningKey(text: string, wanted: SignatureAlg | undefined): SigningKey {
  const key = readPrivateKey(text);
  const [kind, algs] = algsOf(key);
  const alg = wanted ?? algs[0];
  if (alg === undefined) {
    throw new ValueError(`${kind} cannot be used here; use an RSA, EC (P-256) or Ed25519 key`);
  }
  if (!algs.includes(alg)) {
    throw new ValueError(
      `${kind} cannot sign with ${alg}, but with ${listOr(algs) || 'nothing that is allowed here'}`,
    );
  }
  return { key, alg };
}

function algsOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): [string, readonly SignatureAlg[]] {
  switch (type) {
    case 'rsa':
      if ((details?.modulusLength ?? 0) < MIN_RSA_BITS) {
        throw new ValueError(`the RSA key is too short: it must have at least ${MIN_RSA_BITS} bits`);
      }
      return ['an RSA key', ['RS256', 'PS256']];
    case 'ec':
      return details?.namedCurve === 'prime256v1'
        ? ['an EC key on the curve P-256', ['ES256']]
        : ['an EC key on another curve than P-256', []];
    case 'ed25519':
      return ['an Ed25519 key', ['EdDSA']];
    default:
      return ['a key of this kind', []];
  }
}

import { duration, nonEmptyText, readableFile } from '../types/datatypes.js';
import { authTemplate } from '../types/http-types.js';
import { signatureAlg } from '../types/signing-key.js';
import { secretTemplates } from './families.js';
import type { KeyTable } from './spec.js';

/** The keys of a service under `auth.fetch.assertion.`: a JWT that the gateway signs. */
export const ASSERTION_KEYS = {
  'auth.fetch.assertion.key_file': {
    type: readableFile,
    meaning:
      'The private key (PEM) with which the gateway signs `{{assertion}}`, a JWT for `auth.fetch.body` and `auth.fetch.headers` (RFC 7523). An RSA, EC (P-256) or Ed25519 key. The gateway reads the file for each token request, so a new key is used at once.',
    example: 'keys/billing.pem',
  },
  'auth.fetch.assertion.alg': {
    type: signatureAlg,
    meaning:
      'The algorithm of the signature. Default: `RS256` with an RSA key, `ES256` with an EC key, `EdDSA` with an Ed25519 key.',
    example: 'PS256',
  },
  'auth.fetch.assertion.kid': {
    type: nonEmptyText,
    meaning: 'The id of the key, for the header of the JWT. Default: none.',
    example: 'billing-2026',
  },
  'auth.fetch.assertion.iss': {
    type: authTemplate,
    meaning: 'The claim `iss`: who signs, which is usually the client id. Required with a key.',
    example: '{{client_id}}',
  },
  'auth.fetch.assertion.sub': {
    type: authTemplate,
    meaning: 'The claim `sub`: whom the JWT is about. Default: `auth.fetch.assertion.iss`.',
    example: '{{caller.authid}}',
  },
  'auth.fetch.assertion.aud': {
    type: authTemplate,
    meaning: 'The claim `aud`: for whom the JWT is meant. Default: `auth.fetch.url`.',
    example: 'https://idp.example.com',
  },
  'auth.fetch.assertion.ttl': {
    type: duration(),
    default: '60s',
    meaning: 'The lifetime of the JWT.',
    example: '5m',
  },
  'auth.fetch.assertion.claims.$name': {
    type: authTemplate,
    family: { name: nonEmptyText, collect: secretTemplates },
    secret: true,
    meaning: 'A further claim of the JWT. Its value is text.',
    example: 'auth.fetch.assertion.claims.scope = invoices:read',
  },
} as const satisfies KeyTable;

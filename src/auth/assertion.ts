import type { SignJWT } from 'jose';
import type { Clock } from '../clock.js';
import type { ServiceSettings, Template } from '../config/model.js';
import { fileError } from '../config/types/datatypes.js';
import { readSigningKey, type SigningKey } from '../config/types/signing-key.js';
import { ValueError } from '../config/types/value-error.js';
import { readRegularFile } from '../read-regular-file.js';
import { fillVars } from './fill-vars.js';

/** The claims of a JWT that do not change with time. */
export interface AssertionClaims {
  readonly kind: 'claims';
  readonly claims: Readonly<Record<string, string>>;
  /** The same, as a text without special characters. */
  readonly key: string;
}

/** The reason why there is no JWT. Names keys, but no value. */
export interface AssertionProblem {
  readonly kind: 'problem';
  readonly problem: string;
}

/** Signs the JWT of a token request (RFC 7523 section 2). */
export interface Assertion {
  /**
   * @param url the token endpoint, for which the JWT is meant by default (RFC 7523 section 3)
   */
  claimsFor(vars: ReadonlyMap<string, string>, url: string): AssertionClaims | AssertionProblem;
  /** Signs a new JWT. No two have the same `jti`. */
  sign(claims: AssertionClaims): Promise<string | AssertionProblem>;
}

export interface AssertionDeps {
  readonly clock: Pick<Clock, 'wall'>;
  readonly uuid: () => string;
  /** Default: from the disk. */
  readonly readFile?: (path: string) => Buffer;
}

const MAX_KEY_BYTES = 64 * 1024;
const readKeyFile = (path: string) => readRegularFile(path, MAX_KEY_BYTES);

/** Compiles `auth.fetch.assertion.*`. Returns undefined if there is no key. */
export function compileAssertion(
  settings: ServiceSettings,
  { clock, uuid, readFile = readKeyFile }: AssertionDeps,
): Assertion | undefined {
  const path = settings['auth.fetch.assertion.key_file'];
  if (path === undefined) return undefined;
  const iss = settings['auth.fetch.assertion.iss'];
  const templates: readonly (readonly [name: string, template: Template | undefined])[] = [
    ['iss', iss],
    ['sub', settings['auth.fetch.assertion.sub'] ?? iss],
    ['aud', settings['auth.fetch.assertion.aud']],
    ...settings['auth.fetch.assertion.claims'].map(({ name, template }) => [name, template] as const),
  ];
  const alg = settings['auth.fetch.assertion.alg'];
  const kid = settings['auth.fetch.assertion.kid'];
  const ttlS = Math.max(1, Math.round(settings['auth.fetch.assertion.ttl'] / 1000));
  let known: { readonly text: string; readonly key: SigningKey } | undefined;

  /** Reads the file each time, and parses it if it has changed. */
  function currentKey(file: string): SigningKey {
    const text = readFile(file).toString();
    if (known?.text !== text) known = { text, key: readSigningKey(text, alg) };
    return known.key;
  }

  return {
    claimsFor(vars, url) {
      const claims: [string, string][] = [];
      for (const [name, template] of templates) {
        const text = template === undefined ? url : fillVars(template.parts, (each) => vars.get(each));
        if (text === undefined) {
          return {
            kind: 'problem',
            problem: `the claim ${name} of auth.fetch.assertion has a variable without a value`,
          };
        }
        claims.push([name, text]);
      }
      const key = Buffer.from(JSON.stringify([claims, alg, kid])).toString('base64url');
      return { kind: 'claims', claims: Object.fromEntries(claims), key };
    },

    async sign({ claims }) {
      let signing: SigningKey;
      try {
        signing = currentKey(path);
      } catch (error) {
        const why = error instanceof ValueError ? error.message : fileError(error);
        return { kind: 'problem', problem: `auth.fetch.assertion.key_file: ${why}` };
      }
      const Jwt = await loadJwt();
      const now = Math.floor(clock.wall() / 1000);
      return await new Jwt({ ...claims, jti: uuid(), iat: now, exp: now + ttlS })
        .setProtectedHeader({ alg: signing.alg, typ: 'JWT', ...(kid !== undefined && { kid }) })
        .sign(signing.key);
    },
  };
}

/** Only services with a key need the library, so it is loaded by the first token request. */
async function loadJwt(): Promise<typeof SignJWT> {
  return (await import('jose')).SignJWT;
}

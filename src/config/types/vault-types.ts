import type { DataType } from './datatypes.js';
import { checkUrl } from './url-types.js';
import { ValueError } from './value-error.js';

/** The URL of a Vault server, perhaps with a path, without a slash at its end. */
export const vaultAddress: DataType<string> = {
  description: 'http or https URL, without a query',
  parse(value) {
    checkUrl({ source: '', parts: [value] }, () => undefined);
    if (value.includes('?')) throw new ValueError('must be a URL without a query');
    const url = value.replace(/\/+$/, '');
    if (/\/v1$/.test(url))
      throw new ValueError('must not end in /v1, because the gateway appends it to this URL');
    return url;
  },
};

/** Names in paths of Vault are ASCII without spaces, and without characters that mean something in a URL. */
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~@:+=,-]+$/;

/** A name, as in `billing`. */
export const vaultName: DataType<string> = {
  description: 'name of letters, digits and . _ ~ @ : + = , -',
  parse(value) {
    if (!SEGMENT.test(value)) throw new ValueError('must be a name of letters, digits and . _ ~ @ : + = , -');
    return value;
  },
};

/** A path of names, as in `acme/billing`. Slashes at its ends are removed. */
export const vaultPath: DataType<string> = {
  description: 'path, as in acme/billing',
  parse(value) {
    const path = value.replace(/^\/+|\/+$/g, '');
    if (!isVaultPath(path)) throw new ValueError(`must be a path such as acme/billing, of ${NAMES}`);
    return path;
  },
};

const NAMES = 'names with letters, digits and . _ ~ @ : + = , -';

const isVaultPath = (path: string): boolean => path.split('/').every((segment) => SEGMENT.test(segment));

/**
 * What is wrong with the path of a secret, as in `secret/data/billing`. Undefined if it is a path.
 */
export function problemOfSecretPath(path: string): string | undefined {
  if (/^\/?v1\//.test(path)) return 'must be the path of the secret without v1/';
  if (path.includes('/') && isVaultPath(path)) return undefined;
  return `must be the path of a secret in Vault, such as secret/data/billing, of ${NAMES}`;
}

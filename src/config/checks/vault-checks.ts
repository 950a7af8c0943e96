import type { ServiceDraft } from '../drafts.js';
import { VAULT_KEYS } from '../schema/vault.js';
import { problemOfSecretPath } from '../types/vault-types.js';

type VaultKey = keyof typeof VAULT_KEYS;

const KEYS = Object.keys(VAULT_KEYS) as VaultKey[];

/** Refuses keys for Vault beside another provider. They would be thought to have an effect. */
export function checkForeignVaultKeys(service: ServiceDraft): void {
  for (const key of KEYS) {
    if (service.entry(key) !== undefined) service.report(key, 'needs auth.secrets.provider = vault');
  }
}

/** Checks the keys for Vault against each other: exactly one login. */
export function checkVault(service: ServiceDraft): void {
  const { 'auth.secrets.secret_id': path, 'auth.secrets.vault.address': address } = service.settings;
  const problem = path === undefined ? undefined : problemOfSecretPath(path);
  if (problem !== undefined) service.report('auth.secrets.secret_id', problem);
  checkLogin(service);
  if (address === undefined || /^https:/i.test(address)) return;
  if (service.entry('auth.secrets.vault.cacertfile') !== undefined) {
    service.report(
      'auth.secrets.vault.cacertfile',
      'needs an auth.secrets.vault.address that begins with https://',
    );
  }
  if (!/^http:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)/i.test(address)) {
    service.notify(
      'auth.secrets.vault.address',
      'begins with http://, so an attacker on the network can read the token and the secret',
    );
  }
}

/** For each key of a login: the other keys that it needs, and those that belong to another login. */
const LOGIN_RULES: readonly {
  readonly key: VaultKey;
  readonly needs?: VaultKey;
  readonly excludes: readonly VaultKey[];
}[] = [
  {
    key: 'auth.secrets.vault.role_id',
    needs: 'auth.secrets.vault.secret_id_file',
    excludes: ['auth.secrets.vault.token_file', 'auth.secrets.vault.role'],
  },
  { key: 'auth.secrets.vault.secret_id_file', needs: 'auth.secrets.vault.role_id', excludes: [] },
  { key: 'auth.secrets.vault.role', excludes: ['auth.secrets.vault.token_file'] },
  { key: 'auth.secrets.vault.jwt_file', needs: 'auth.secrets.vault.role', excludes: [] },
];

function checkLogin(service: ServiceDraft): void {
  const isSet = (key: VaultKey): boolean => service.entry(key) !== undefined;
  for (const { key, needs, excludes } of LOGIN_RULES) {
    if (!isSet(key)) continue;
    if (needs !== undefined && !isSet(needs)) service.report(key, `needs ${needs} too`);
    for (const other of excludes.filter(isSet)) {
      service.report(key, `is another login than ${other}: set only one of them`);
    }
  }
  const mount = 'auth.secrets.vault.mount';
  if (isSet(mount) && !isSet('auth.secrets.vault.role_id') && !isSet('auth.secrets.vault.role')) {
    service.report(
      mount,
      'needs auth.secrets.vault.role_id or auth.secrets.vault.role, because a token needs no login',
    );
  }
}

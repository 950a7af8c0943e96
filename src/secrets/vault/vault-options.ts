import type { ServiceSettings } from '../../config/model.js';
import { ValueError } from '../../config/types/value-error.js';
import { vaultAddress, vaultPath } from '../../config/types/vault-types.js';

/** How the gateway gets a token. */
export type VaultLogin =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'token file'; readonly file: string }
  | {
      readonly kind: 'approle';
      readonly mount: string;
      readonly roleId: string;
      readonly secretIdFile: string;
    }
  | { readonly kind: 'kubernetes'; readonly mount: string; readonly role: string; readonly jwtFile: string };

/** Where a secret is, and how to get it. */
export interface VaultOptions {
  readonly kind: 'vault';
  /** A URL, perhaps with a path, without a slash at its end. */
  readonly address: string;
  readonly namespace: string | undefined;
  /** `secret/data/billing` */
  readonly path: string;
  readonly login: VaultLogin;
}

/** What is missing, in one sentence that names keys and variables. */
export interface VaultProblem {
  readonly kind: 'problem';
  readonly problem: string;
}

/** Completes the settings of the provider `vault` with the environment. */
export function readVaultOptions(
  settings: ServiceSettings,
  env: Readonly<Record<string, string | undefined>>,
): VaultOptions | VaultProblem {
  try {
    const address = settings['auth.secrets.vault.address'] ?? read('VAULT_ADDR', vaultAddress.parse, env);
    const namespace =
      settings['auth.secrets.vault.namespace'] ?? read('VAULT_NAMESPACE', vaultPath.parse, env);
    if (address === undefined) {
      return missing('the address of Vault is missing: set auth.secrets.vault.address or VAULT_ADDR');
    }
    const login = readLogin(settings, env.VAULT_TOKEN);
    if (login === undefined) {
      return missing(
        'a login at Vault is missing: set auth.secrets.vault.role_id, role or token_file, or VAULT_TOKEN',
      );
    }
    return { kind: 'vault', address, namespace, path: settings['auth.secrets.secret_id'] ?? '', login };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return missing(error.message);
  }
}

const missing = (problem: string): VaultProblem => ({ kind: 'problem', problem });

/** An empty variable counts as unset. */
function read(
  name: string,
  parse: (text: string, context: typeof NO_FILES) => string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  try {
    return parse(text, NO_FILES);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(`the environment variable ${name} is not usable: ${error.message}`);
  }
}

const NO_FILES = { directory: '', readFile: () => '' };

function readLogin(settings: ServiceSettings, token: string | undefined): VaultLogin | undefined {
  const {
    'auth.secrets.vault.role_id': roleId,
    'auth.secrets.vault.secret_id_file': secretIdFile,
    'auth.secrets.vault.role': role,
    'auth.secrets.vault.jwt_file': jwtFile,
    'auth.secrets.vault.token_file': file,
    'auth.secrets.vault.mount': mount,
  } = settings;
  if (roleId !== undefined && secretIdFile !== undefined) {
    return { kind: 'approle', mount: mount ?? 'approle', roleId, secretIdFile };
  }
  if (role !== undefined) return { kind: 'kubernetes', mount: mount ?? 'kubernetes', role, jwtFile };
  if (file !== undefined) return { kind: 'token file', file };
  return token ? { kind: 'token', token } : undefined;
}

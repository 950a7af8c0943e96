import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Route } from '../upstream/proxy/routes.js';
import type { UpstreamTls } from '../upstream/tls.js';
import { createAwsSecretsManager } from './aws-secrets-manager.js';
import { createEnvProvider } from './env.js';
import { createFileProvider } from './file.js';
import { SecretError, type SecretProvider } from './provider.js';
import { readVaultOptions } from './vault/vault-options.js';
import { createVaultProvider } from './vault/vault-provider.js';

/** The dependencies of a provider. */
export interface ProviderDeps {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the provider `vault`: TLS, and the route to its origin. */
  readonly vault?: VaultReach | undefined;
}

/** How connections to Vault are opened. */
export interface VaultReach {
  readonly tls: UpstreamTls;
  readonly routes: (origin: string) => Route;
}

/**
 * Creates the provider that `auth.secrets.*` names. Returns undefined for a service without
 * secrets. Reads nothing yet.
 */
export function createProvider(settings: ServiceSettings, deps: ProviderDeps): SecretProvider | undefined {
  const name = settings['auth.secrets.provider'];
  return name === undefined ? undefined : createNamed(name, settings, deps);
}

/** The result is never undefined, so that a provider without a case here does not compile. */
function createNamed(
  name: NonNullable<ServiceSettings['auth.secrets.provider']>,
  settings: ServiceSettings,
  deps: ProviderDeps,
): SecretProvider {
  const { clock, env } = deps;
  const fields = [...settings['auth.secrets.vars'].values()].map(({ field }) => field);
  const secretId = settings['auth.secrets.secret_id'] ?? '';
  switch (name) {
    case 'aws_sm':
      return createAwsSecretsManager({ secretId, region: settings['auth.secrets.region'] ?? '' }, clock);
    case 'file':
      return createFileProvider(secretId, clock, fields);
    case 'env':
      return createEnvProvider(fields, env);
    case 'vault':
      return createVault(settings, deps);
  }
}

function createVault(settings: ServiceSettings, { clock, random, env, vault }: ProviderDeps): SecretProvider {
  const options = readVaultOptions(settings, env);
  if (options.kind === 'problem' || vault === undefined) {
    const problem = options.kind === 'problem' ? options.problem : 'there is no way to Vault';
    return { read: () => Promise.reject(new SecretError(problem)), close() {} };
  }
  const { address, namespace, path, login } = options;
  const route = vault.routes(new URL(address).origin);
  const server = { address, namespace, tls: vault.tls, route, clock };
  return createVaultProvider({ server, path, login, random });
}

import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import { createAwsSecretsManager } from './aws-secrets-manager.js';
import { createEnvProvider } from './env.js';
import { createFileProvider } from './file.js';
import type { SecretProvider } from './provider.js';

/** The dependencies of a provider. */
export interface ProviderDeps {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
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
  { clock, env }: ProviderDeps,
): SecretProvider {
  const fields = [...settings['auth.secrets.vars'].values()].map(({ field }) => field);
  const secretId = settings['auth.secrets.secret_id'] ?? '';
  switch (name) {
    case 'aws_sm':
      return createAwsSecretsManager({ secretId, region: settings['auth.secrets.region'] ?? '' }, clock);
    case 'file':
      return createFileProvider(secretId, clock, fields);
    case 'env':
      return createEnvProvider(fields, env);
  }
}

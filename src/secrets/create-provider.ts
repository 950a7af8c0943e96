import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import { createAwsSecretsManager } from './aws-secrets-manager.js';
import { createEnvProvider } from './env.js';
import { createFileProvider } from './file.js';
import type { SecretProvider } from './provider.js';

/** What a provider needs from outside. */
export interface ProviderDeps {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The provider that `auth.secrets.*` describes; undefined for services without one. Reads nothing yet. */
export function createProvider(settings: ServiceSettings, deps: ProviderDeps): SecretProvider | undefined {
  const fields = [...settings['auth.secrets.vars'].values()].map(({ field }) => field);
  const secretId = settings['auth.secrets.secret_id'] ?? '';
  switch (settings['auth.secrets.provider']) {
    case undefined:
      return undefined;
    case 'aws_sm':
      return createAwsSecretsManager({ secretId, region: settings['auth.secrets.region'] ?? '' }, deps.clock);
    case 'file':
      return createFileProvider(secretId, deps.clock, fields);
    case 'env':
      return createEnvProvider(fields, deps.env);
  }
}

import { describeCredential } from '../auth/credential.js';
import type { LoadedConfig } from '../config/model.js';
import type { MeasuredParts } from '../metrics/measured-parts.js';

/** Lists what the metrics of a configuration measure. */
export function measuredParts(config: LoadedConfig): MeasuredParts {
  const { services, listeners, realms, router } = config;
  return {
    services: services.map(({ name, settings, procedures }) => ({
      name,
      hasToken: describeCredential(settings).kind === 'token',
      hasCache: procedures.some(({ settings: { cache } }) => cache),
      hasLimit: settings['limit.rate'] !== undefined || settings['limit.obey_retry_after'],
      hasSecret: settings['auth.secrets.provider'] !== undefined && settings['auth.secrets.vars'].size > 0,
      hasCertificate: (settings['tls.certfile'] ?? settings['auth.fetch.tls.certfile']) !== undefined,
    })),
    procedures: services.flatMap(({ name, procedures }) =>
      procedures.map(({ settings: { uri, realm } }) => ({ service: name, procedure: uri, realm })),
    ),
    realms,
    listeners: listeners.map(({ name, settings }) => ({
      name,
      hasCertificate: settings['tls.certfile'] !== undefined,
    })),
    mode: router.url === undefined ? 'embedded' : 'attached',
  };
}

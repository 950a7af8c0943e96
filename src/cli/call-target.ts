import type { LoadedConfig } from '../config/model.js';
import { readConfigurationIfAny } from './configuration.js';
import { listenerUrls } from './endpoints.js';
import type { Host } from './host.js';

/** What `call` uses where no configuration says otherwise: the demo's own place and realm. */
const DEMO_TARGET = { url: 'ws://127.0.0.1:18080/ws', realm: 'com.example.myrealm' };

/** Names the router's URL where `--url` does not. */
const URL_VARIABLE = 'RPC_GATEWAY_URL';

export interface CallTarget {
  readonly url: string;
  readonly realm: string;
}

/**
 * Where to call `uri`: as the options or RPC_GATEWAY_URL say; else as the configuration says (its first listener, the realm of the
 * procedure with that URI or else its first realm); else where the demo stands.
 */
export function callTarget(
  uri: string,
  options: { readonly url?: string; readonly realm?: string; readonly config?: string },
  host: Host,
): CallTarget {
  const url = options.url ?? (host.env[URL_VARIABLE] || undefined);
  const { realm } = options;
  if (url !== undefined && realm !== undefined) return { url, realm };
  const config = readConfigurationIfAny(options.config, host);
  return {
    url: url ?? (config && urlOf(config)) ?? DEMO_TARGET.url,
    realm: realm ?? (config && realmOf(config, uri)) ?? DEMO_TARGET.realm,
  };
}

function urlOf(config: LoadedConfig): string | undefined {
  return listenerUrls(config)[0];
}

function realmOf(config: LoadedConfig, uri: string): string | undefined {
  const procedures = config.services.flatMap((service) => service.procedures);
  return procedures.find(({ settings }) => settings.uri === uri)?.settings.realm ?? config.realms[0];
}

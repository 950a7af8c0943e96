import type { LoadedConfig } from '../config/model.js';
import { readConfigurationIfAny } from './configuration.js';
import { listenerUrls } from './endpoints.js';
import type { Host } from './host.js';

/** The URL and realm of the demo. `call` uses them by default, without a configuration. */
const DEMO_TARGET = { url: 'ws://127.0.0.1:18080/ws', realm: 'com.example.myrealm' };

/** The environment variable with the URL of the router, for calls without `--url`. */
const URL_VARIABLE = 'RPC_GATEWAY_URL';

export interface CallTarget {
  readonly url: string;
  readonly realm: string;
}

/**
 * Finds the router and the realm for a call of `uri`. It uses, in this order: the options and
 * RPC_GATEWAY_URL; the configuration, with its first listener and the realm of the procedure (or
 * its first realm); the demo.
 */
export async function callTarget(
  uri: string,
  options: { readonly url?: string; readonly realm?: string; readonly config?: string },
  host: Host,
): Promise<CallTarget> {
  const url = options.url ?? (host.env[URL_VARIABLE] || undefined);
  const { realm } = options;
  if (url !== undefined && realm !== undefined) return { url, realm };
  const config = await readConfigurationIfAny(options.config, host);
  return {
    url: url ?? (config && urlOf(config)) ?? DEMO_TARGET.url,
    realm: realm ?? (config && realmOf(config, uri)) ?? DEMO_TARGET.realm,
  };
}

function urlOf(config: LoadedConfig): string | undefined {
  return config.router.url?.[0] ?? listenerUrls(config)[0];
}

function realmOf(config: LoadedConfig, uri: string): string | undefined {
  const procedures = config.services.flatMap((service) => service.procedures);
  return procedures.find(({ settings }) => settings.uri === uri)?.settings.realm ?? config.realms[0];
}

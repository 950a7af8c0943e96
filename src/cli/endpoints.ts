import type { LoadedConfig } from '../config/model.js';
import { enabledListeners } from '../modes/client-listeners.js';
import { configuredUrls as urlsOf } from '../transport/addresses.js';
import { hostInUrl } from '../transport/tcp-server.js';

/**
 * The URLs of the listeners for clients. An address that means "any" becomes a loopback address.
 */
export function listenerUrls(config: LoadedConfig): string[] {
  return enabledListeners(config).flatMap(({ address, hasTls }) =>
    urlsOf({ ...address, host: dialable(address.host) }, hasTls),
  );
}

/** The URLs of the listeners for operators. */
export function adminUrls(config: LoadedConfig): string[] {
  return config.listeners.flatMap(({ settings, isAdmin }) => {
    if (!isAdmin) return [];
    const scheme = settings['tls.certfile'] === undefined ? 'http' : 'https';
    return `${scheme}://${hostInUrl(dialable(settings.ip))}:${settings.port}`;
  });
}

/** The address to connect to. One that means "any" becomes a loopback address. */
export function dialable(ip: string): string {
  if (ip === '0.0.0.0') return '127.0.0.1';
  return ip === '::' ? '::1' : ip;
}

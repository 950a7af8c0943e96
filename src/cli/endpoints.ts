import type { LoadedConfig } from '../config/model.js';
import { spokenListeners } from '../open-listeners.js';
import { listenerUrls as urlsOf } from '../transport/addresses.js';

/** The URLs at which clients reach the listeners of a configuration; an address that means "any" becomes loopback. */
export function listenerUrls(config: LoadedConfig): string[] {
  return spokenListeners(config).flatMap(({ address, hasTls }) =>
    urlsOf({ ...address, host: dialable(address.host) }, hasTls),
  );
}

function dialable(ip: string): string {
  if (ip === '0.0.0.0') return '127.0.0.1';
  return ip === '::' ? '::1' : ip;
}

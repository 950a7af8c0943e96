import type { LoadedConfig } from '../config/model.js';

/** The URLs at which clients reach the listeners of a configuration; an address that means "any" becomes loopback. */
export function listenerUrls(config: LoadedConfig): string[] {
  return config.listeners
    .filter(({ settings }) => settings.enabled && settings.protocol === 'websocket')
    .map(({ settings }) => {
      const scheme = settings['tls.certfile'] === undefined ? 'ws' : 'wss';
      return `${scheme}://${dialable(settings.ip)}:${settings.port}${settings.path}`;
    });
}

function dialable(ip: string): string {
  if (ip === '0.0.0.0') return '127.0.0.1';
  if (ip === '::') return '[::1]';
  return ip.includes(':') ? `[${ip}]` : ip;
}

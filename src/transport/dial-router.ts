import type { Peer } from '../wamp/peer.js';
import { type DialOptions, dialFailure } from './dial-options.js';
import { dialRawSocket } from './rawsocket-dialer.js';
import { dialWebSocket } from './websocket-dialer.js';

/** The allowed beginnings of a router's URL. */
export const ROUTER_SCHEMES = ['ws://', 'wss://', 'rs://', 'rss://', 'unix:'] as const;

/**
 * Connects to a WAMP router. The scheme of the URL chooses the transport.
 *
 * @throws Error with a message of one sentence, which contains the URL without credentials
 */
export function dialRouter(url: string, options: DialOptions = {}): Promise<Peer> {
  if (/^wss?:/.test(url)) return dialWebSocket(url, options);
  if (/^(?:rss?|unix):/.test(url)) return dialRawSocket(url, options);
  return Promise.reject(dialFailure(url, `the URL must begin with one of ${ROUTER_SCHEMES.join(', ')}`));
}

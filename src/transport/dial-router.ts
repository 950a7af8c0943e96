import type { Peer } from '../wamp/peer.js';
import { type DialOptions, dialFailure } from './dial-options.js';
import { dialRawSocket } from './rawsocket-dialer.js';
import { dialWebSocket } from './websocket-dialer.js';

/** What the URL of a router may begin with. */
export const ROUTER_SCHEMES = ['ws://', 'wss://', 'rs://', 'rss://', 'unix:'] as const;

/**
 * Connects to a WAMP router over the transport that its URL names.
 *
 * @throws Error in one plain sentence that names the URL without its credentials
 */
export function dialRouter(url: string, options: DialOptions = {}): Promise<Peer> {
  if (/^wss?:/.test(url)) return dialWebSocket(url, options);
  if (/^(?:rss?|unix):/.test(url)) return dialRawSocket(url, options);
  return Promise.reject(dialFailure(url, `its URL must begin with one of ${ROUTER_SCHEMES.join(', ')}`));
}

import { hostInUrl } from './tcp-server.js';

/** What can be spoken on a listener; `universal` is both, told apart by the first byte. */
export type ListenerProtocol = 'websocket' | 'rawsocket' | 'universal';

/** Where a listener is, as far as its URLs tell. */
export interface ListenerAddress {
  readonly protocol: ListenerProtocol;
  /** Address to listen on; a host name is looked up. */
  readonly host: string;
  readonly port: number;
  /** Path of the WebSocket endpoint. */
  readonly path: string;
  /** A Unix socket in place of host and port, for `rawsocket`. */
  readonly socket?: string | undefined;
}

/**
 * The URLs that a listener can be reached at: `ws://host:port/path`, `rs://host:port`, and `rs://unix:/run/x.sock` for a
 * Unix socket, all as autobahn|python writes them; `wss:` and `rss:` over TLS.
 */
export function configuredUrls(listener: ListenerAddress, hasTls: boolean): readonly string[] {
  const { protocol, socket, port, path } = listener;
  if (socket !== undefined) return [`rs://unix:${socket}`];
  const place = `${hostInUrl(listener.host)}:${port}`;
  const webSocket = `${hasTls ? 'wss' : 'ws'}://${place}${path}`;
  const rawSocket = `${hasTls ? 'rss' : 'rs'}://${place}`;
  switch (protocol) {
    case 'websocket':
      return [webSocket];
    case 'rawsocket':
      return [rawSocket];
    case 'universal':
      return [webSocket, rawSocket];
  }
}

import { hostInUrl } from './tcp-server.js';

/**
 * The transport of a listener. `universal` serves both, and distinguishes them by the first byte.
 */
export type ListenerProtocol = 'websocket' | 'rawsocket' | 'universal';

/** The parts of a listener's URLs. */
export interface ListenerAddress {
  readonly protocol: ListenerProtocol;
  /** Address to listen on. A host name is resolved. */
  readonly host: string;
  readonly port: number;
  /** Path of the WebSocket endpoint. */
  readonly path: string;
  /** Path of a Unix socket, which replaces host and port; only for `rawsocket`. */
  readonly socket?: string | undefined;
}

/**
 * The URLs of a listener, in the notation of autobahn|python: `ws://host:port/path`,
 * `rs://host:port`, and `rs://unix:/run/x.sock` for a Unix socket; over TLS `wss:` and `rss:`.
 */
export function configuredUrls(listener: ListenerAddress, hasTls: boolean): readonly string[] {
  const { protocol, socket, port, path } = listener;
  if (socket !== undefined) return [`rs://unix:${socket}`];
  const authority = `${hostInUrl(listener.host)}:${port}`;
  const webSocket = `${hasTls ? 'wss' : 'ws'}://${authority}${path}`;
  const rawSocket = `${hasTls ? 'rss' : 'rs'}://${authority}`;
  switch (protocol) {
    case 'websocket':
      return [webSocket];
    case 'rawsocket':
      return [rawSocket];
    case 'universal':
      return [webSocket, rawSocket];
  }
}

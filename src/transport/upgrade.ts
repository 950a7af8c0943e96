import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientLibrary } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';

export interface UpgradeRules {
  readonly path: string;
  /**
   * Origins that browsers may come from, each exactly as the Origin header has it, or `*` for all. Undefined: pages of
   * this machine alone, for else any page on the web could use a visitor's browser to call a gateway on its loopback.
   */
  readonly origins: readonly string[] | undefined;
  readonly serializers: readonly Serializer[];
}

/** An upgrade that is turned away: HTTP status, and why in a message. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

/** Subprotocols that are looked at; clients offer the three and their batched forms. */
const MOST_OFFERED = 50;

/** Looks at an upgrade request: the serializer it gets, or why it gets none. */
export function judgeUpgrade(request: IncomingMessage, rules: UpgradeRules): Serializer | UpgradeRefusal {
  if (!isAtPath(request, rules.path))
    return { status: 404, message: `WebSocket connections are taken at ${rules.path}` };
  const { origin } = request.headers;
  // Only browsers send Origin, and only there is it a fence; other clients could write what they like.
  if (origin !== undefined && !isAllowed(origin, rules.origins)) {
    return {
      status: 403,
      message: 'pages of this origin may not connect; listeners.$name.origins names those that may',
    };
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '')
    .split(',', MOST_OFFERED)
    .map((name) => name.trim());
  for (const name of offered) {
    const serializer = rules.serializers.find(({ subprotocol }) => subprotocol === name);
    if (serializer !== undefined) return serializer;
  }
  const supported = rules.serializers.map(({ subprotocol }) => subprotocol).join(', ');
  return { status: 400, message: `name a WebSocket subprotocol; supported here: ${supported}` };
}

/** The library of a client, as its User-Agent has it. A stranger's text: it is compared, and never kept. */
export function libraryOf(request: IncomingMessage): ClientLibrary | undefined {
  return request.headers['user-agent']?.startsWith('AutobahnPython/') ? 'autobahn-python' : undefined;
}

/** What a plain HTTP request is told, for whoever opens the address in a browser. */
export function judgePlainRequest(request: IncomingMessage, path: string): UpgradeRefusal {
  return isAtPath(request, path)
    ? { status: 426, message: 'This is a WAMP router: connect with a WAMP client over WebSocket.' }
    : { status: 404, message: `Nothing is here; the WAMP router is at ${path}.` };
}

/** Answers on the bare socket of a refused upgrade, and ends it. */
export function refuseUpgrade(socket: Duplex, { status, message }: UpgradeRefusal): void {
  const body = `${message}\n`;
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const LOOPBACK_ORIGIN = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

function isAllowed(origin: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return LOOPBACK_ORIGIN.test(origin);
  return allowed.includes('*') || allowed.includes(origin);
}

function isAtPath(request: IncomingMessage, path: string): boolean {
  return (request.url ?? '').split('?', 1)[0] === path;
}

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientLibrary } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';

export interface UpgradeRules {
  readonly path: string;
  /**
   * Web origins whose pages may connect, each exactly as in the Origin header, or `*` for all. If
   * undefined, only origins of this machine may connect. Without this check, any page on the web
   * could use a visitor's browser to call a gateway on the visitor's loopback address.
   */
  readonly origins: readonly string[] | undefined;
  readonly serializers: readonly Serializer[];
}

/** The refusal of an upgrade: HTTP status and reason. */
export interface UpgradeRefusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
}

/** The answer to an upgrade request. */
export type UpgradeVerdict = { readonly kind: 'accepted'; readonly serializer: Serializer } | UpgradeRefusal;

/** The version of RFC 6455. */
const VERSION = '13';

const UPGRADE_REQUIRED = 426;

/** Fields of a 426 response (RFC 9110 section 15.5.22, RFC 6455 section 4.2.2). */
const UPGRADE_FIELDS = {
  connection: 'upgrade, close',
  upgrade: 'websocket',
  'sec-websocket-version': VERSION,
};

/**
 * The maximum number of subprotocols that are examined. WAMP clients offer at most six: three
 * serializers, each also in its batched form.
 */
const MAX_OFFERED = 50;

/** Chooses the serializer for an upgrade request, or refuses the request. */
export function judgeUpgrade(request: IncomingMessage, rules: UpgradeRules): UpgradeVerdict {
  if (!isAtPath(request, rules.path))
    return refused(404, `WebSocket connections are accepted at ${rules.path}`);
  // ws also accepts version 8, but with that version browsers send their origin in another header.
  if (request.headers['sec-websocket-version'] !== VERSION)
    return refused(UPGRADE_REQUIRED, `the WebSocket version must be ${VERSION}`);
  const { origin } = request.headers;
  // Only browsers send an Origin that can be trusted; other clients can write any value.
  if (origin !== undefined && !isAllowed(origin, rules.origins)) {
    return refused(
      403,
      'pages of this origin may not connect; listeners.$name.origins lists the allowed origins',
    );
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '')
    .split(',', MAX_OFFERED)
    .map((name) => name.trim());
  for (const name of offered) {
    const serializer = rules.serializers.find(({ subprotocol }) => subprotocol === name);
    if (serializer !== undefined) return { kind: 'accepted', serializer };
  }
  const supported = rules.serializers.map(({ subprotocol }) => subprotocol).join(', ');
  return refused(400, `the request must offer one of these WebSocket subprotocols: ${supported}`);
}

/** The client's library, if its User-Agent names a known one. Does not keep the header's text. */
export function libraryOf(request: IncomingMessage): ClientLibrary | undefined {
  return request.headers['user-agent']?.startsWith('AutobahnPython/') ? 'autobahn-python' : undefined;
}

/** The response to a plain HTTP request, for a user who opens the address in a browser. */
export function judgePlainRequest(request: IncomingMessage, path: string): UpgradeRefusal {
  return isAtPath(request, path)
    ? refused(UPGRADE_REQUIRED, 'This is a WAMP router: connect with a WAMP client over WebSocket.')
    : refused(404, `Nothing is here; the WAMP router is at ${path}.`);
}

export function refused(status: number, message: string): UpgradeRefusal {
  return { kind: 'refused', status, message };
}

/** The header fields of a refusal, without Content-Length. */
export function refusalFields(status: number): Readonly<Record<string, string>> {
  return {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    ...(status === UPGRADE_REQUIRED && UPGRADE_FIELDS),
  };
}

/** Writes an HTTP error to the socket of a refused upgrade, and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, message }: UpgradeRefusal): void {
  const body = `${message}\n`;
  socket.on('error', () => socket.destroy());
  const fields = Object.entries(refusalFields(status)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const LOOPBACK_ORIGIN = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

function isAllowed(origin: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return LOOPBACK_ORIGIN.test(origin);
  return allowed.includes('*') || allowed.includes(origin);
}

export function isAtPath(request: IncomingMessage, path: string): boolean {
  return (request.url ?? '').split('?', 1)[0] === path;
}

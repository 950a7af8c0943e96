import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTls,
  type SecureContextOptions,
  type Server as TlsServer,
} from 'node:tls';
import { GatewayError } from '../errors.js';
import { readRegularFile } from '../read-regular-file.js';
import type { Turns } from '../turns.js';
import { CHEAP_HANDSHAKES } from './cheap-handshakes.js';
import { awaitClientHello } from './client-hello.js';
import { hasKeyShare } from './key-share.js';
import { createLane } from './lane.js';

/** Files of a TLS listener. With `cacertfile`, clients must present a certificate signed by it. */
export interface ListenerTls {
  readonly certfile: string;
  readonly keyfile: string;
  readonly cacertfile?: string | undefined;
}

/**
 * Creates a server that emits `connection` for each TCP connection and, with TLS,
 * `secureConnection` after the handshake.
 *
 * @throws GatewayError `listener_tls`. Its message names the file, and quotes nothing from it.
 */
export function createConnectionServer(tls: ListenerTls | undefined, turns: Turns): Server {
  return tls === undefined ? createServer() : createTlsServer(readCredentials(tls), turns).server;
}

/** A server like that of {@link createConnectionServer}, with TLS. */
export interface RenewableServer {
  readonly server: Server;
  /** Uses other certificates for new handshakes. Nothing is closed. */
  renew(credentials: ServerCredentials): void;
}

/** Certificates that have been read and are usable. */
export type ServerCredentials = SecureContextOptions & { readonly requestCert: boolean };

export function createTlsServer(credentials: ServerCredentials, turns: Turns): RenewableServer {
  const secure = createTls(credentials);
  return {
    server: handshakesInTurns(secure, turns),
    renew: (renewed) => secure.setSecureContext(renewed),
  };
}

/**
 * Reads the files of a TLS listener.
 *
 * @throws GatewayError `listener_tls`. Its message names the file, and quotes nothing from it.
 */
export function readCredentials({ certfile, keyfile, cacertfile }: ListenerTls): ServerCredentials {
  const credentials: ServerCredentials = {
    ...CHEAP_HANDSHAKES,
    cert: read('tls.certfile', certfile),
    key: read('tls.keyfile', keyfile),
    ...(cacertfile !== undefined && { ca: read('tls.cacertfile', cacertfile) }),
    requestCert: cacertfile !== undefined,
  };
  try {
    createSecureContext(credentials);
    return credentials;
  } catch (error) {
    throw new GatewayError(
      'listener_tls',
      `tls.certfile, tls.keyfile: not a certificate and its key (${codeOf(error)})`,
      { cause: error },
    );
  }
}

/** Handshakes that start in one turn of the event loop. Each takes about a millisecond. */
const HANDSHAKES_PER_TURN = 2;

/**
 * The maximum number of handshakes at a time that need a second ClientHello. The server computes
 * its keys after the second ClientHello. Many clients could hold theirs back, and send them at the
 * same moment.
 */
const MAX_RETRIES = 10;

/**
 * Creates a TCP server that passes its connections to a TLS server. It passes only a few in each
 * turn, and only after the complete ClientHello has arrived. Otherwise many clients could hold back
 * the last octet of their ClientHello, send it at the same moment, and block the event loop.
 */
function handshakesInTurns(secure: TlsServer, turns: Turns): Server {
  const ready: Socket[] = [];
  function begin(): boolean {
    for (const socket of ready.splice(0, HANDSHAKES_PER_TURN)) {
      if (!socket.destroyed) secure.emit('connection', socket);
    }
    return ready.length === 0;
  }
  function beginSoon(socket: Socket): void {
    if (ready.push(socket) === 1) turns.add(begin);
  }
  const retries = createLane(MAX_RETRIES, beginSoon);
  const server = createServer((socket) => {
    awaitClientHello(socket, (records) => {
      if (hasKeyShare(records)) beginSoon(socket);
      else retries.add(socket);
    });
  });
  secure.on('secureConnection', (socket) => {
    retries.leave(socket);
    server.emit('secureConnection', socket);
  });
  return server;
}

function read(key: string, file: string): Buffer {
  try {
    return readRegularFile(file);
  } catch (error) {
    throw new GatewayError('listener_tls', `${key}: cannot read ${file} (${codeOf(error)})`, {
      cause: error,
    });
  }
}

/**
 * Connections that the system queues until they are accepted. Linux allows this many by default
 * (`net.core.somaxconn`). If the queue is full, the system drops a SYN, and the client sends it
 * again after a second (RFC 6298 section 2). With Node's default of 511, two thousand clients that
 * connect at the same moment keep all others from connecting.
 */
export const BACKLOG = 4096;

/**
 * Starts listening. Resolves with the actual port. For port 0, the system chooses the port.
 *
 * @throws GatewayError `listen`
 */
export async function listenOnPort(server: Server, host: string, port: number): Promise<number> {
  try {
    await listening(server, () => server.listen({ host, port, backlog: BACKLOG }));
  } catch (error) {
    throw new GatewayError('listen', `cannot listen on ${host}:${port}: ${listenError(error)}`, {
      cause: error,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Calls `begin`, and resolves when the server listens. @throws the system's error */
export function listening(server: Server, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    begin();
  });
}

/** Why listening failed, without the address. */
export function listenError(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'EADDRINUSE':
      return 'the port is in use';
    case 'EACCES':
      return 'not permitted';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address';
    default:
      return code;
  }
}

/** A host in the notation of a URL. */
export const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

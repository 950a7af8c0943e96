import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTls, type Server as TlsServer } from 'node:tls';
import { GatewayError } from '../errors.js';
import { readRegularFile } from '../read-regular-file.js';
import type { Turns } from '../turns.js';
import { CHEAP_HANDSHAKES } from './cheap-handshakes.js';
import { awaitClientHello } from './client-hello.js';

/** Files of a TLS listener. With `cacertfile` clients must show a certificate that it signed. */
export interface ListenerTls {
  readonly certfile: string;
  readonly keyfile: string;
  readonly cacertfile?: string | undefined;
}

/**
 * A server for connections: those of TCP come by its event `connection`, those of TLS by `secureConnection`.
 *
 * @throws GatewayError `listener_tls`, which names the TLS file which cannot be read or used, and nothing of what is in it
 */
export function createConnectionServer(tls: ListenerTls | undefined, turns: Turns): Server {
  if (tls === undefined) return createServer();
  const own = {
    ...CHEAP_HANDSHAKES,
    cert: read('tls.certfile', tls.certfile),
    key: read('tls.keyfile', tls.keyfile),
  };
  const options =
    tls.cacertfile === undefined
      ? own
      : { ...own, ca: read('tls.cacertfile', tls.cacertfile), requestCert: true };
  try {
    return shakingHandsInTurns(createTls(options), turns);
  } catch (error) {
    throw new GatewayError(
      'listener_tls',
      `tls.certfile, tls.keyfile: not a certificate and its key (${codeOf(error)})`,
      { cause: error },
    );
  }
}

/** A handshake takes about a millisecond; the turn of the event loop that has begun some ends. */
const HANDSHAKES_A_TURN = 2;

/**
 * A server that hands its connections on to another one for TLS: a few in each turn, and not before the client's part
 * of the first step is there. Else many who keep back the last octet of theirs, to send it all at once, would stop
 * everybody.
 */
function shakingHandsInTurns(secure: TlsServer, turns: Turns): Server {
  const ready: Socket[] = [];
  function begin(): boolean {
    for (const socket of ready.splice(0, HANDSHAKES_A_TURN)) {
      if (!socket.destroyed) secure.emit('connection', socket);
    }
    return ready.length === 0;
  }
  const server = createServer((socket) => {
    awaitClientHello(socket, () => {
      if (ready.push(socket) === 1) turns.add(begin);
    });
  });
  secure.on('secureConnection', (socket) => server.emit('secureConnection', socket));
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
 * Connections that the system keeps until they are accepted, where it allows as many: Linux does by default
 * (`net.core.somaxconn`). Beyond them it drops a newcomer's SYN, which is sent again after a second (RFC 6298 section 2). With
 * Node's 511, two thousand that connect at once kept everybody else out.
 */
export const BACKLOG = 4096;

/** Starts listening. Resolves with the port, which matters where 0 was asked for. @throws GatewayError `listen` */
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

/** Resolves when `begin` has made the server listen. @throws what the system says */
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

/** A host as it stands in a URL. */
export const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

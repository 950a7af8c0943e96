import { createServer, isIPv6, type Server } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { GatewayError } from '../errors.js';
import { readRegularFile } from '../read-regular-file.js';
import { CHEAP_HANDSHAKES } from './cheap-handshakes.js';

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
export function createConnectionServer(tls: ListenerTls | undefined): Server {
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
    return createTls(options);
  } catch (error) {
    throw new GatewayError(
      'listener_tls',
      `tls.certfile, tls.keyfile: not a certificate and its key (${codeOf(error)})`,
      { cause: error },
    );
  }
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

/** Starts listening. Resolves with the port, which matters where 0 was asked for. @throws GatewayError `listen` */
export async function listenOnPort(server: Server, host: string, port: number): Promise<number> {
  try {
    await listening(server, () => server.listen({ host, port }));
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

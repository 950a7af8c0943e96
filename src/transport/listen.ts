import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:net';

/** Files of a TLS listener. With `cacertfile` clients must show a certificate that it signed. */
export interface ListenerTls {
  readonly certfile: string;
  readonly keyfile: string;
  readonly cacertfile?: string | undefined;
}

/**
 * An HTTPS server with these files.
 *
 * @throws Error that names the file which cannot be read or used, and nothing of what is in it
 */
export function createTlsServer(tls: ListenerTls, onRequest: RequestListener): Server {
  const own = { cert: read('tls.certfile', tls.certfile), key: read('tls.keyfile', tls.keyfile) };
  const options =
    tls.cacertfile === undefined
      ? own
      : { ...own, ca: read('tls.cacertfile', tls.cacertfile), requestCert: true };
  try {
    return createServer(options, onRequest);
  } catch (error) {
    throw new Error(`tls.certfile, tls.keyfile: not a certificate and its key (${codeOf(error)})`);
  }
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${key}: cannot read ${file} (${codeOf(error)})`);
  }
}

/** Starts listening. Resolves with the port, which matters where 0 was asked for. @throws Error in one plain sentence */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(listenFailure(host, port, codeOf(error)), { cause: error })),
    );
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenFailure(host: string, port: number, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `cannot listen on ${host}:${port}: the port is in use`;
    case 'EACCES':
      return `cannot listen on ${host}:${port}: not permitted`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen on ${host}:${port}: this machine has no such address`;
    default:
      return `cannot listen on ${host}:${port}: ${code}`;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

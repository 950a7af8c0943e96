import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type buildConnector, Client } from 'undici';
import type { Clock } from '../../clock.js';
import { type EgressProxy, proxyOrigin } from '../../config/types/proxy-url.js';
import { classifyFailure } from '../exchange-failure.js';
import { ProxyFailure, tunnelRefusal } from './proxy-failure.js';

export interface TunnelOptions {
  readonly proxy: EgressProxy;
  /** Opens a connection to the proxy. */
  readonly dial: buildConnector.connector;
  /** Milliseconds for everything: the connection to the proxy, its response to CONNECT, and TLS. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The maximum bytes of the head of the proxy's response. */
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Creates a connector that asks a proxy for a tunnel (RFC 9110 section 9.3.6), and then speaks TLS
 * with the server at its end. The proxy sees only the name and the port of the server.
 *
 * @param secure begins TLS over an open socket, with the certificate and the name of the server
 */
export function createTunnel(
  secure: buildConnector.connector,
  options: TunnelOptions,
): buildConnector.connector {
  return (target, callback) => {
    let isEnded = false;
    const end = (error: Error | undefined, socket?: Socket | TLSSocket): void => {
      if (isEnded) return;
      isEnded = true;
      stopTimer();
      if (error === undefined) callback(null, socket as Socket);
      else callback(error, null);
    };
    const late = new ProxyFailure('the proxy has not opened a connection to the server in time', false);
    let abort = (): void => {};
    const stopTimer = options.clock.after(options.timeoutMs, () => {
      end(late);
      abort();
    });
    abort = openTunnel(authorityOf(target), options, (error, socket) => {
      if (isEnded || socket === undefined) {
        socket?.on('error', ignore).destroy();
        end(error);
        return;
      }
      abort = () => void socket.on('error', ignore).destroy();
      secure({ ...target, httpSocket: socket }, (...[failure, made]) =>
        end(failure ?? undefined, made ?? undefined),
      );
    });
  };
}

/** The target of CONNECT is always a host with a port (RFC 9110 section 9.3.6). */
function authorityOf({ host = '', port }: buildConnector.Options): string {
  // undici gives no port if it is the default one.
  return port === '' ? `${host}:443` : host;
}

/**
 * Sends CONNECT over a connection of its own.
 *
 * @returns a function that gives up
 */
export function openTunnel(
  authority: string,
  { proxy, dial }: Pick<TunnelOptions, 'proxy' | 'dial'>,
  callback: (error: Error | undefined, socket?: Socket) => void,
): () => void {
  const client = new Client(proxyOrigin(proxy), {
    connect: dial,
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const headers: string[] = ['Host', authority];
  if (proxy.authorization !== undefined) headers.push('Proxy-Authorization', proxy.authorization);
  client.connect({ path: authority, headers }, (error, data) => {
    // The socket does not belong to the client any more.
    client.destroy().catch(ignore);
    if (error !== null) {
      const { detail, permanent } = classifyFailure(error, false);
      callback(new ProxyFailure(`no connection to the proxy: ${detail}`, permanent));
      return;
    }
    const socket = data.socket as Socket;
    const { statusCode } = data;
    if (statusCode >= 200 && statusCode < 300) {
      callback(undefined, socket);
      return;
    }
    socket.on('error', ignore).destroy();
    callback(tunnelRefusal(statusCode));
  });
  return () => void client.destroy().catch(ignore);
}

const ignore = (): void => {};

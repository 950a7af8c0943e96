import { buildConnector } from 'undici';
import type { UpstreamTls } from './tls.js';

export interface ConnectorOptions {
  /** Milliseconds to open a connection, TLS included. */
  readonly connectTimeoutMs: number;
  readonly tls: UpstreamTls;
}

/**
 * The time for each address of a host name; they are tried one after the other. Node's default of
 * 250 ms fails after a single lost packet: TCP repeats a SYN after 1 s (RFC 6298 §2).
 */
const ADDRESS_MS = 2_000;

/** Creates undici's function that opens connections, with our timeout and TLS. */
export function createUpstreamConnector(options: ConnectorOptions): buildConnector.connector {
  const { connectTimeoutMs, tls } = options;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    // At most half of the timeout, so that a second address is tried at all.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(connectTimeoutMs / 2))),
    rejectUnauthorized: tls.verify,
    secureContext: tls.secureContext,
    ...(tls.servername && { servername: tls.servername }),
  });
  return (target, callback) => {
    // undici's servername is that of the Host header. Only the URL and tls.servername decide here.
    const { servername: _, ...place } = target;
    connect(place, callback);
  };
}

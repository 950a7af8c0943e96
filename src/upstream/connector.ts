import { buildConnector } from 'undici';
import type { UpstreamTls } from './tls.js';

export interface ConnectorOptions {
  /** Milliseconds to open a connection, TLS included. */
  readonly connectTimeoutMs: number;
  readonly tls: UpstreamTls;
}

/**
 * The time for each address of a host name. The addresses are tried one after the other. Node's
 * default of 250 ms fails after a single lost packet, because TCP repeats a SYN only after 1 s (RFC
 * 6298 §2).
 */
const ADDRESS_MS = 2_000;

/** Creates undici's function that opens connections, with our timeout and TLS. */
export function createUpstreamConnector(options: ConnectorOptions): buildConnector.connector {
  const { connectTimeoutMs, tls } = options;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    // Takes at most half of the timeout, so that there is time to try a second address.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(connectTimeoutMs / 2))),
    rejectUnauthorized: tls.verify,
    secureContext: tls.secureContext,
    ...(tls.servername && { servername: tls.servername }),
  });
  return (target, callback) => {
    // undici derives `servername` from the Host header. Here only the URL and tls.servername
    // decide.
    const { servername: _, ...place } = target;
    connect(place, callback);
  };
}

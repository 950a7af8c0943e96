import type { buildConnector } from 'undici';
import createConnector from 'undici/lib/core/connect.js';
import type { UpstreamTls } from './tls.js';

export interface ConnectorOptions {
  /** Milliseconds to open a connection, TLS included. */
  readonly connectTimeoutMs: number;
  readonly tls: UpstreamTls;
}

/**
 * A host name's addresses are tried one after the other, and each gets so long. Node's own 250 ms are less than one lost
 * packet costs: TCP sends a SYN again after 1 s (RFC 6298 §2).
 */
const ADDRESS_MS = 2_000;

/** Opens connections: how long that may take, and how they are secured. */
export function createUpstreamConnector(options: ConnectorOptions): buildConnector.connector {
  const { connectTimeoutMs, tls } = options;
  const connect = createConnector({
    timeout: connectTimeoutMs,
    // A second address gets its turn within the time that the first one leaves, however short that is.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(connectTimeoutMs / 2))),
    rejectUnauthorized: tls.verify,
    secureContext: tls.secureContext,
    ...(tls.servername && { servername: tls.servername }),
  });
  return (target, callback) => {
    // undici puts the name of a Host header here. Whom we speak to is for the URL and tls.servername to say.
    const { servername: _, ...place } = target;
    connect(place, callback);
  };
}

import { buildConnector } from 'undici';
import type { Clock } from '../clock.js';
import type { EgressProxy } from '../config/types/proxy-url.js';
import { classifyFailure } from './exchange-failure.js';
import { ProxyFailure } from './proxy/proxy-failure.js';
import type { Route } from './proxy/routes.js';
import { createTunnel } from './proxy/tunnel.js';
import type { UpstreamTls } from './tls.js';

export interface ConnectorOptions {
  /** Milliseconds to open a connection, TLS included. */
  readonly connectTimeoutMs: number;
  readonly tls: UpstreamTls;
  /** Default: direct. */
  readonly route?: Route | undefined;
}

/**
 * The time for each address of a host name. The addresses are tried one after the other. Node's
 * default of 250 ms fails after a single lost packet, because TCP repeats a SYN only after 1 s (RFC
 * 6298 §2).
 */
const ADDRESS_MS = 2_000;

/** Creates undici's function that opens connections, with our timeout and TLS. */
export function createUpstreamConnector(options: ConnectorOptions, clock: Clock): buildConnector.connector {
  const { tls, route = { kind: 'direct' } } = options;
  const connect = withoutServername(
    buildConnector({
      ...timesOf(options),
      rejectUnauthorized: tls.verify,
      secureContext: tls.secureContext,
      ...(tls.servername && { servername: tls.servername }),
    }),
  );
  switch (route.kind) {
    case 'direct':
      return connect;
    case 'proxy':
      return throughProxy(connect, route.proxy, options, clock);
    case 'unusable': {
      const failure = new ProxyFailure(`${route.from} is not usable: ${route.problem}`, true);
      return (_, callback) => queueMicrotask(() => callback(failure, null));
    }
  }
}

function timesOf({ connectTimeoutMs }: ConnectorOptions) {
  return {
    timeout: connectTimeoutMs,
    // Takes at most half of the timeout, so that there is time to try a second address.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(connectTimeoutMs / 2))),
  };
}

/**
 * undici derives `servername` from the Host header. Here only the URL and tls.servername decide.
 */
function withoutServername(connect: buildConnector.connector): buildConnector.connector {
  return ({ servername: _, ...place }, callback) => connect(place, callback);
}

/**
 * Opens connections through a proxy: a tunnel for https. For http, it connects to the proxy itself,
 * which then gets requests in absolute form.
 */
function throughProxy(
  connect: buildConnector.connector,
  proxy: EgressProxy,
  options: ConnectorOptions,
  clock: Clock,
): buildConnector.connector {
  // The certificate of an https proxy is verified with the CAs of the system. The keys `tls.*` are
  // for the upstream, which has another owner.
  const dial = withoutServername(buildConnector(timesOf(options)));
  const tunnel = createTunnel(connect, { proxy, dial, timeoutMs: options.connectTimeoutMs, clock });
  return (target, callback) => {
    if (target.protocol === 'https:') {
      tunnel(target, callback);
      return;
    }
    const { protocol, hostname, port } = proxy;
    const place = { protocol, port: String(port), host: `${hostname}:${port}`, hostname: bare(hostname) };
    dial(place, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(dialFailure(error), null);
    });
  };
}

/** An address for the system has no brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

function dialFailure(error: Error): ProxyFailure {
  const { detail, permanent } = classifyFailure(error, false);
  return new ProxyFailure(`no connection to the proxy: ${detail}`, permanent);
}

import type { LookupAddress, LookupOptions, lookup } from 'node:dns';
import { Server } from 'proxy-chain';
import { readTlsFixtures } from './tls-fixtures.js';

/** A request as it arrived at the proxy. */
export interface ProxyRequest {
  readonly kind: 'tunnel' | 'absolute form';
  /** The target as in the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Equal numbers came over the same connection. */
  readonly connection: number;
}

export interface EgressProxyFixture {
  /** The URL with the user name and the password, if the proxy demands them. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ProxyRequest[];
  /** Connections that are open now. */
  readonly openConnections: number;
  close(): Promise<void>;
}

export interface EgressProxyOptions {
  readonly user?: string;
  readonly password?: string;
  /** Speaks TLS with its clients, with the test certificate. */
  readonly tls?: boolean;
}

/** Finds every name on this machine. */
function findHere(
  _name: string,
  options: LookupOptions,
  callback: (error: null, address: string | LookupAddress[], family?: number) => void,
): void {
  const found = { address: '127.0.0.1', family: 4 };
  if (options.all) callback(null, [found]);
  else callback(null, found.address, found.family);
}

/**
 * Starts a forward proxy that others wrote, on a loopback port. It finds every host on this machine,
 * so that a test can use any name.
 */
export async function startEgressProxy(options: EgressProxyOptions = {}): Promise<EgressProxyFixture> {
  const { user, password = '', tls = false } = options;
  const requests: ProxyRequest[] = [];
  const { serverCert, serverKey } = readTlsFixtures();
  const server = new Server({
    host: '127.0.0.1',
    port: 0,
    ...(tls
      ? { serverType: 'https', httpsOptions: { cert: serverCert, key: serverKey } }
      : { serverType: 'http' }),
    prepareRequestFunction({ request, isHttp, connectionId, ...given }) {
      requests.push({
        kind: isHttp ? 'absolute form' : 'tunnel',
        target: request.url ?? '',
        headers: request.headers,
        connection: connectionId,
      });
      const isAllowed = user === undefined || (given.username === user && given.password === password);
      return {
        requestAuthentication: !isAllowed,
        dnsLookup: findHere as typeof lookup,
      };
    },
  });
  await server.listen();
  const credentials =
    user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return {
    url: `${tls ? 'https' : 'http'}://${credentials}127.0.0.1:${server.port}`,
    port: server.port,
    requests,
    get openConnections() {
      return server.connections.size;
    },
    close: () => server.close(true),
  };
}

import { type EgressProxy, parseProxyUrl } from '../../config/types/proxy-url.js';
import { ValueError } from '../../config/types/value-error.js';
import { isLoopback, readNoProxy } from './no-proxy.js';

/** How connections to a server are opened. */
export type Route =
  | {
      readonly kind: 'direct';
      /** Why no proxy is used. */
      readonly why: 'unset' | 'key' | 'loopback' | 'no_proxy';
    }
  | {
      readonly kind: 'proxy';
      readonly proxy: EgressProxy;
      /** The key or the variable that names the proxy: `proxy`, `https_proxy`. */
      readonly from: string;
    }
  | {
      readonly kind: 'unusable';
      readonly from: string;
      /** What is wrong with the variable, in one clause. */
      readonly problem: string;
    };

/** Chooses the route to a server. `origin` has scheme, host and port: `https://billing.example.com`. */
export type Routes = (origin: string) => Route;

/** Values of environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DIRECT = {
  unset: { kind: 'direct', why: 'unset' },
  key: { kind: 'direct', why: 'key' },
  loopback: { kind: 'direct', why: 'loopback' },
  no_proxy: { kind: 'direct', why: 'no_proxy' },
} as const;

/**
 * Creates the routes of one service. The key `proxy` decides for all of its connections, also for
 * those to loopback addresses. Without the key, the environment decides: `https_proxy` for URLs
 * that begin with https, `http_proxy` for http, except for the hosts in `no_proxy` and for loopback
 * addresses. Each name may be in capitals; that in small letters takes precedence. An empty
 * variable counts as unset.
 *
 * @param setting the key `proxy` of the service
 */
export function createRoutes(setting: EgressProxy | 'none' | undefined, env: Environment): Routes {
  if (setting === 'none') return () => DIRECT.key;
  if (setting !== undefined) {
    const route: Route = { kind: 'proxy', proxy: setting, from: 'proxy' };
    return () => route;
  }
  const byProtocol: Readonly<Record<string, Exclude<Route, { kind: 'direct' }> | undefined>> = {
    'http:': readVariable('http_proxy', env),
    'https:': readVariable('https_proxy', env),
  };
  const isExcluded = readNoProxy(variable('no_proxy', env)?.value);
  return (origin) => {
    const { protocol, hostname, port } = new URL(origin);
    const route = byProtocol[protocol];
    if (route === undefined) return DIRECT.unset;
    if (isLoopback(hostname)) return DIRECT.loopback;
    const defaultPort = protocol === 'https:' ? 443 : 80;
    return isExcluded(hostname, port === '' ? defaultPort : Number(port)) ? DIRECT.no_proxy : route;
  };
}

function readVariable(name: string, env: Environment): Exclude<Route, { kind: 'direct' }> | undefined {
  const found = variable(name, env);
  if (found === undefined) return undefined;
  const { name: from, value } = found;
  try {
    return { kind: 'proxy', proxy: parseProxyUrl(value), from };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { kind: 'unusable', from, problem: error.message };
  }
}

function variable(
  name: string,
  env: Environment,
): { readonly name: string; readonly value: string } | undefined {
  for (const each of [name, name.toUpperCase()]) {
    // A CGI program gets the header `Proxy` of its caller in HTTP_PROXY (CVE-2016-5385).
    if (each === 'HTTP_PROXY' && env.REQUEST_METHOD !== undefined) continue;
    const value = env[each];
    if (value) return { name: each, value };
  }
  return undefined;
}

import { hideFromPrint } from '../freeze.js';
import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

/** A forward proxy, through which the gateway reaches other servers. It is hidden from print. */
export interface EgressProxy {
  readonly protocol: 'http:' | 'https:';
  /** A name or an address, with brackets around IPv6. */
  readonly hostname: string;
  readonly port: number;
  /** The value of the header `Proxy-Authorization`. Undefined if the URL has no user name. */
  readonly authorization: string | undefined;
}

/** The proxy for display, without its password: `http://proxy.example.com:3128`. */
export const proxyOrigin = ({ protocol, hostname, port }: Omit<EgressProxy, 'authorization'>): string =>
  `${protocol}//${hostname}:${port}`;

/** The ports that curl uses if the URL has none. */
const DEFAULT_PORTS = { 'http:': 1080, 'https:': 443 } as const;

/**
 * Reads the URL of a proxy as curl does: a URL without a scheme begins with `http://`, and the
 * default port is 1080, or 443 for `https://`.
 *
 * @throws ValueError whose message does not contain the value
 */
export function parseProxyUrl(value: string): EgressProxy {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(value) ?? [];
  const protocol = `${scheme.toLowerCase()}:`;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ValueError('a proxy URL must begin with http:// or https://; SOCKS is not supported');
  }
  const text = `${protocol}//${rest}`;
  if (/[\s\\]/.test(text) || !URL.canParse(text)) throw new ValueError(WRONG);
  const url = new URL(text);
  if (url.hostname === '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new ValueError(WRONG);
  }
  // The URL class omits a port that is the default of its scheme.
  const [, port] = /:(\d+)\/?$/.exec(rest.slice(rest.lastIndexOf('@') + 1)) ?? [];
  if (port !== undefined && Number(port) === 0) throw new ValueError('the port of a proxy must not be 0');
  return hideFromPrint({
    protocol,
    hostname: url.hostname,
    port: port === undefined ? DEFAULT_PORTS[protocol] : Number(port),
    authorization: basicAuthorization(url),
  });
}

const WRONG =
  'must be the URL of a proxy, as in http://proxy.example.com:3128; write other characters than letters and digits in a password percent-encoded, as in %40 for @';

/** The user name and the password (RFC 7617), percent-decoded. */
function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    throw new ValueError('user name and password of a proxy must be percent-encoded UTF-8');
  }
}

/** The key `proxy` of a service. */
export const proxySetting: DataType<EgressProxy | 'none'> = {
  description: 'URL of a proxy that begins with http:// or https://, or none',
  parse(value) {
    if (value === '') throw new ValueError('the value is empty; write none for no proxy');
    return value.toLowerCase() === 'none' ? 'none' : parseProxyUrl(value);
  },
};

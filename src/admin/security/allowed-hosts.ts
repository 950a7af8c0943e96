import { isIP } from 'node:net';

/** A host, as it stands in a Host field or in an origin. */
export interface HostAndPort {
  /** In lower case, without a dot at the end. An IPv6 address has brackets. */
  readonly name: string;
  /** Undefined if the text has none. */
  readonly port: string | undefined;
}

/** One item of `admin.hosts`: a host name, or an origin. */
export interface AllowedHost extends HostAndPort {
  /** Only in an origin: `http:` or `https:`. */
  readonly scheme: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The port that a text means if it has none. */
export function portOf({ port }: HostAndPort, scheme: string): string | undefined {
  return port ?? DEFAULT_PORTS[scheme];
}

/** Reads one item of `admin.hosts`. The configuration has checked it. */
export function allowedHost(text: string): AllowedHost {
  const origin = /^https?:\/\//.test(text) ? readOrigin(text) : undefined;
  if (origin !== undefined) return { ...origin, port: portOf(origin, origin.scheme) };
  return { ...(readHost(text) ?? { name: text, port: undefined }), scheme: undefined };
}

/** Reads a Host field (RFC 9110 section 7.2). Undefined if it is not a host. */
export function readHost(text: string): HostAndPort | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(text)) return undefined;
  const url = `http://${text}`;
  if (!URL.canParse(url)) return undefined;
  // The parser of URLs leaves out the default port.
  return { name: nameOf(new URL(url)), port: /:(\d+)$/.exec(text.replace(/^\[.*\]/, ''))?.[1] };
}

/** Reads an Origin field (RFC 6454 section 7). Undefined for `null`, and for origins of apps. */
export function readOrigin(text: string): (HostAndPort & { readonly scheme: string }) | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.origin !== text || DEFAULT_PORTS[url.protocol] === undefined) return undefined;
  return { scheme: url.protocol, name: nameOf(url), port: url.port === '' ? undefined : url.port };
}

function nameOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '');
}

/**
 * Tells whether a name is safe from DNS rebinding. A name of the attacker may have the gateway's
 * address, but an IP address needs no name, and `localhost` always means this machine (RFC 6761
 * section 6.3).
 */
export function needsNoPermission({ name }: HostAndPort): boolean {
  const isAddress = isIP(name) !== 0 || name.startsWith('[');
  return isAddress || name === 'localhost' || name.endsWith('.localhost');
}

import { BlockList, isIP } from 'node:net';

/** Tells whether a host is reached without a proxy. */
export type NoProxy = (hostname: string, port: number) => boolean;

/**
 * Reads the variable `no_proxy` by the rules of curl: names separated by commas or blanks. A name
 * stands for itself and for the names below it, with or without a leading dot. An IP address or a
 * CIDR range stands for addresses. A lone `*` stands for every host.
 *
 * One rule is not of curl: a name or address with a port, as in `example.com:8443` or `[::1]:8443`,
 * stands for this port only.
 */
export function readNoProxy(text: string | undefined): NoProxy {
  if (text === undefined) return () => false;
  if (text === '*') return () => true;
  const entries = text
    .split(/[ \t,]+/)
    .filter((item) => item !== '')
    .map(readEntry);
  return (hostname, port) => entries.some((matches) => matches(hostOf(hostname), port));
}

/** The name without its final dot, in small letters. An IPv6 address has no brackets. */
interface Host {
  readonly name: string;
  readonly family: 'ipv4' | 'ipv6' | undefined;
}

type Entry = (host: Host, port: number) => boolean;

function hostOf(hostname: string): Host {
  const name = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const family = familyOf(name);
  return { name: family === undefined ? name.replace(/\.$/, '') : name, family };
}

function familyOf(name: string): Host['family'] {
  const version = isIP(name);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

function readEntry(item: string): Entry {
  const [, bracketed, plain, only] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(item) ?? [];
  const matches = readName(bracketed ?? plain ?? item);
  if (only === undefined) return matches;
  return (host, port) => port === Number(only) && matches(host, port);
}

function readName(name: string): Entry {
  const [address = '', prefix] = name.split('/', 2);
  const family = familyOf(address);
  if (family !== undefined) return readAddress(address, family, prefix);
  const domain = name.replace(/\.$/, '').replace(/^\./, '').toLowerCase();
  if (domain === '') return () => false;
  return (host) => host.family === undefined && (host.name === domain || host.name.endsWith(`.${domain}`));
}

function readAddress(address: string, family: 'ipv4' | 'ipv6', prefix: string | undefined): Entry {
  const bits = family === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(length <= bits)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, length, family);
  return (host) => host.family === family && list.check(host.name, host.family);
}

const LOOPBACK = readNoProxy('localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104');

/** Tells whether a host is this machine: `localhost` and the names below it (RFC 6761), 127.0.0.0/8, ::1. */
export const isLoopback = (hostname: string): boolean => LOOPBACK(hostname, 0);

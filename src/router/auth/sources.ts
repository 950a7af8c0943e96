import { BlockList, isIPv4 } from 'node:net';
import { plainAddress } from '../../ip-source.js';
import type { AuthMethod } from './methods/login-methods.js';
import type { Source } from './realm-security.js';

/** The addresses from which users of one realm may log in, by authmethod. */
export interface Sources {
  /**
   * @param username a user's name, or `anonymous`
   * @param address undefined for a Unix socket
   */
  allow(username: string, method: AuthMethod, address: string | undefined): boolean;
  /** Whether at least one user may log in this way. */
  allowSomebody(method: AuthMethod, address: string | undefined): boolean;
}

/** @param sources undefined if the realm declares none */
export function compileSources(sources: readonly Source[] | undefined): Sources {
  if (sources === undefined) return { allow: () => true, allowSomebody: () => true };
  const compiled = sources.map(({ usernames, authmethod, cidr }) => ({
    authmethod,
    names: usernames === 'all' ? undefined : new Set(usernames),
    holds: rangeTest(cidr),
  }));
  return {
    allow: (username, method, address) =>
      compiled.some(
        ({ authmethod, names, holds }) =>
          authmethod === method && (names === undefined || names.has(username)) && holds(address),
      ),
    allowSomebody: (method, address) =>
      compiled.some(({ authmethod, holds }) => authmethod === method && holds(address)),
  };
}

/**
 * A client on a Unix socket has no address, but it is on this machine. So it counts as a client with
 * one of these addresses.
 */
const LOOPBACK = ['127.0.0.1', '::1'];

function rangeTest(cidr: Source['cidr']): (address: string | undefined) => boolean {
  if (cidr === undefined) return () => true;
  const { address: first, prefix, family } = plainRange(cidr);
  const list = new BlockList();
  list.addSubnet(first, prefix, family);
  // Compares the families too. Node maps IPv4 addresses into IPv6, so for Node ::/0 contains them
  // all.
  const holds = (address: string) => isIPv4(address) === (family === 'ipv4') && list.check(address, family);
  return (address) => (address === undefined ? LOOPBACK.some(holds) : holds(plainAddress(address)));
}

/**
 * Turns a range of IPv4 addresses within IPv6, such as `::ffff:10.0.0.0/104`, into an IPv4 range.
 * Client addresses are converted in the same way.
 */
function plainRange(cidr: NonNullable<Source['cidr']>): NonNullable<Source['cidr']> {
  const address = plainAddress(cidr.address);
  if (cidr.family === 'ipv4' || cidr.prefix < 96 || !isIPv4(address)) return cidr;
  return { address, prefix: cidr.prefix - 96, family: 'ipv4' };
}

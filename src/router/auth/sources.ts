import { BlockList, isIPv4 } from 'node:net';
import { plainAddress } from '../../wamp/source.js';
import type { AuthMethod, Source } from './realm-security.js';

/** Where users of one realm may log in from, and by which authmethod. */
export interface Sources {
  /** @param username a user's name, or `anonymous` @param address undefined for a client on this machine */
  allow(username: string, method: AuthMethod, address: string | undefined): boolean;
  /** Whether they allow it to some user or other. */
  allowSomebody(method: AuthMethod, address: string | undefined): boolean;
}

/** @param sources undefined where the realm declares none */
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

/** What a client without an address counts as: it came over a Unix socket, from this machine. */
const LOOPBACK = ['127.0.0.1', '::1'];

function rangeTest(cidr: Source['cidr']): (address: string | undefined) => boolean {
  if (cidr === undefined) return () => true;
  const list = new BlockList();
  list.addSubnet(cidr.address, cidr.prefix, cidr.family);
  const holds = (address: string) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return (address) => (address === undefined ? LOOPBACK.some(holds) : holds(plainAddress(address)));
}

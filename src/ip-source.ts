import { isIPv4, isIPv6 } from 'node:net';

/** Turns an IPv4-mapped IPv6 address into IPv4, and removes the zone from an IPv6 address. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Whether an address is a loopback address (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return isIPv4(plain) ? plain.startsWith('127.') : isIPv6(plain) && /^[0:]*:0*1$/.test(plain);
}

/**
 * The source of an address, for limits by source: the address itself for IPv4, and its /64 network
 * for IPv6, such as `2001:db8:0:1::/64`. A client with one address of such a network usually has
 * all 2^64 addresses (RFC 4291 section 2.5.4).
 */
export function sourceOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(8 - before.length - after.length, 0)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

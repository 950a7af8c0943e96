import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 address within IPv6 as IPv4, and an IPv6 address without the name of an interface. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** Whether an address is this machine's own (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return isIPv4(plain) ? plain.startsWith('127.') : isIPv6(plain) && /^[0:]*:0*1$/.test(plain);
}

/**
 * What an address counts as where something is limited by source: itself for IPv4, and its network of 64 bits for IPv6,
 * as `2001:db8:0:1::/64`, for whoever has one address of that has 2^64 (RFC 4291 section 2.5.4).
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

import { describe, expect, it } from 'vitest';
import { plainAddress, sourceOf } from './ip-source.js';

describe('the source of a connection', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['2001:DB8::1:0:ffff:0:2', '2001:db8:0:1::/64'],
    ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
    ['2001:db8:0:2::1', '2001:db8:0:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of %s is %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  it('is an address without the name of an interface, or the notation of IPv6', () => {
    expect(['fe80::1%eth0', '::ffff:192.0.2.1', '192.0.2.1', '::1'].map(plainAddress)).toEqual([
      'fe80::1',
      '192.0.2.1',
      '192.0.2.1',
      '::1',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Source } from './realm-security.js';
import { compileSources } from './sources.js';

const ipv4 = (address: string, prefix: number) => ({ address, prefix, family: 'ipv4' }) as const;
const ipv6 = (address: string, prefix: number) => ({ address, prefix, family: 'ipv6' }) as const;

const SOURCES: readonly Source[] = [
  { usernames: 'all', authmethod: 'wampcra', cidr: ipv4('10.1.0.0', 16) },
  { usernames: ['alice', 'bob'], authmethod: 'ticket', cidr: ipv6('2001:db8::', 32) },
  { usernames: ['anonymous'], authmethod: 'anonymous', cidr: ipv4('127.0.0.0', 8) },
  { usernames: ['carol'], authmethod: 'cryptosign' },
];

describe('sources', () => {
  const sources = compileSources(SOURCES);

  it.each([
    ['alice', 'wampcra', '10.1.2.3', true],
    ['mallory', 'wampcra', '10.1.2.3', true],
    ['alice', 'wampcra', '10.2.0.0', false],
    ['alice', 'wampcra', '::ffff:10.1.2.3', true],
    ['alice', 'wampcra', '2001:db8::1', false],
    ['alice', 'wampcra', undefined, false],
    ['alice', 'ticket', '2001:db8::1', true],
    ['alice', 'ticket', '2001:db8:ffff::1%eth0', true],
    ['bob', 'ticket', '2001:db9::1', false],
    ['carol', 'ticket', '2001:db8::1', false],
    ['anonymous', 'anonymous', '127.3.2.1', true],
    ['anonymous', 'anonymous', undefined, true],
    ['anonymous', 'anonymous', '10.1.2.3', false],
    ['alice', 'anonymous', '127.0.0.1', false],
    ['carol', 'cryptosign', '203.0.113.1', true],
    ['carol', 'cryptosign', '2001:db8::1', true],
    ['carol', 'cryptosign', undefined, true],
    ['alice', 'wamp-scram', '10.1.2.3', false],
  ] as const)('judge a login of %s by %s from %s: %s', (username, method, address, allowed) => {
    expect(sources.allow(username, method, address)).toBe(allowed);
  });

  it('tell whether any user may log in', () => {
    expect(sources.allowSomebody('ticket', '2001:db8::1')).toBe(true);
    expect(sources.allowSomebody('ticket', '10.1.2.3')).toBe(false);
    expect(sources.allowSomebody('wamp-scram', '10.1.2.3')).toBe(false);
  });

  it('allow everybody if a realm declares none, and nobody if its list is empty', () => {
    expect(compileSources(undefined).allow('alice', 'ticket', '203.0.113.1')).toBe(true);
    expect(compileSources([]).allow('alice', 'ticket', '127.0.0.1')).toBe(false);
    expect(compileSources([]).allowSomebody('ticket', undefined)).toBe(false);
  });

  it('match all addresses of one family, and only those, by a prefix of length 0', () => {
    const all = compileSources([{ usernames: 'all', authmethod: 'ticket', cidr: ipv4('0.0.0.0', 0) }]);
    expect(all.allow('alice', 'ticket', '203.0.113.1')).toBe(true);
    expect(all.allow('alice', 'ticket', '2001:db8::1')).toBe(false);
    expect(all.allow('alice', 'ticket', undefined)).toBe(true);
    const sixes = compileSources([{ usernames: 'all', authmethod: 'ticket', cidr: ipv6('::', 0) }]);
    expect(sixes.allow('alice', 'ticket', '2001:db8::1')).toBe(true);
    expect(sixes.allow('alice', 'ticket', '203.0.113.1')).toBe(false);
    expect(sixes.allow('alice', 'ticket', '::ffff:203.0.113.1')).toBe(false);
  });

  it('accept an IPv4 range that is written as an IPv6 range', () => {
    const mapped = compileSources([
      { usernames: 'all', authmethod: 'ticket', cidr: ipv6('::ffff:10.1.0.0', 112) },
    ]);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3'])
      expect(mapped.allow('alice', 'ticket', address)).toBe(true);
    expect(mapped.allow('alice', 'ticket', '10.2.0.0')).toBe(false);
    expect(mapped.allow('alice', 'ticket', '2001:db8::1')).toBe(false);
  });
});

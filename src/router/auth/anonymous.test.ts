import { describe, expect, it } from 'vitest';
import { authenticationFixture, methodOf } from '../../../test/support/authentication-fixture.js';
import { OPEN_REALM } from './realm-security.js';

describe('a client that joins without a login', () => {
  const anonymous = {
    kind: 'admitted',
    identity: { authid: 'generated', authrole: 'anonymous', authmethod: 'anonymous', authprovider: 'static' },
    roles: new Set(['anonymous', 'all']),
  };

  it.each([
    ['no authmethods', {}],
    ['no authmethods, but a name', { authid: 'alice', authrole: 'admins' }],
    ['an empty list of them', { authmethods: [] }],
    ['null for them', { authmethods: null }],
    ['the one', { authmethods: ['anonymous'] }],
    ['the one before others', { authmethods: ['anonymous', 'ticket'], authid: 'alice' }],
    ['one that needs a name and has none', { authmethods: ['ticket', 'anonymous'] }],
    ['an unknown one', { authmethods: ['magic', 'anonymous'] }],
  ])('is anonymous with a HELLO that has %s', (_what, details) => {
    expect(authenticationFixture().begin(details)).toEqual(anonymous);
  });

  it('is refused if the router, the realm or its sources do not allow anonymous sessions', () => {
    const required = 'wamp.error.authentication_required';
    const none = 'wamp.error.no_matching_auth_method';
    for (const { begin } of [
      authenticationFixture({}, { allowAnonymous: false }),
      authenticationFixture({ authmethods: ['ticket'] }),
      authenticationFixture({ sources: [{ usernames: 'all', authmethod: 'ticket' }] }),
      authenticationFixture({
        sources: [
          { usernames: ['alice'], authmethod: 'anonymous' },
          { usernames: 'all', authmethod: 'ticket' },
        ],
      }),
    ]) {
      expect(methodOf(begin({}))).toBe(required);
      expect(methodOf(begin({ authmethods: ['anonymous'] }))).toBe(none);
      expect(methodOf(begin({ authmethods: ['anonymous', 'ticket'], authid: 'alice' }))).toBe('ticket');
    }
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0:0:0:0:0:0:0:1', true],
    [undefined, true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['::2', false],
    ['fe80::1%lo', false],
    ['1270.0.0.1', false],
    ['', false],
  ])('must come from this machine if the router is configured so: %s', (address, mayJoin) => {
    const { begin } = authenticationFixture({}, { allowAnonymous: 'local' });
    expect(methodOf(begin({}, address)) === 'anonymous').toBe(mayJoin);
    expect(methodOf(begin({ authmethods: ['ticket'], authid: 'alice' }, address))).toBe('ticket');
  });

  it('may come from the addresses of a source for anonymous or for all', () => {
    const cidr = { address: '10.0.0.0', prefix: 8, family: 'ipv4' } as const;
    for (const usernames of ['all', ['anonymous']] as const) {
      const { begin } = authenticationFixture({ sources: [{ usernames, authmethod: 'anonymous', cidr }] });
      expect(methodOf(begin({}, '10.1.1.1'))).toBe('anonymous');
      expect(methodOf(begin({}, '11.1.1.1'))).toBe('wamp.error.authentication_required');
    }
  });

  it('may join a realm with disabled security from everywhere, unless the router refuses it', () => {
    const security = { securityEnabled: false, authmethods: ['ticket'], sources: [] } as const;
    expect(methodOf(authenticationFixture(security).begin({}))).toBe('anonymous');
    expect(methodOf(authenticationFixture(security, { allowAnonymous: false }).begin({}))).toBe(
      'wamp.error.authentication_required',
    );
  });

  it('is the only kind of client in a realm without settings', () => {
    const { begin, log } = authenticationFixture(OPEN_REALM);
    expect(methodOf(begin({}))).toBe('anonymous');
    expect(methodOf(log('alice', 'ticket', 'wampcra', 'cryptosign'))).toBe(
      'wamp.error.no_matching_auth_method',
    );
  });
});

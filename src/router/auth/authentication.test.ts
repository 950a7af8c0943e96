import { describe, expect, it } from 'vitest';
import {
  answer,
  authenticationFixture,
  KEY,
  methodOf,
  user,
} from '../../../test/support/authentication-fixture.js';
import type { Source } from './realm-security.js';
import type { Admission } from './steps.js';

describe('the authmethod', () => {
  it.each([
    [['ticket', 'wampcra'], 'ticket'],
    [['wampcra', 'ticket'], 'wampcra'],
    [['magic', 'wampcra'], 'wampcra'],
    [['wampcra', 'anonymous'], 'wampcra'],
    // A user can use only the methods for which it has a credential.
    [['cryptosign', 'wampcra'], 'wampcra'],
  ])('is the first of %j that the user can use', (offered, method) => {
    expect(methodOf(authenticationFixture().log('alice', ...offered))).toBe(method);
  });

  it('is one of the realm', () => {
    expect(
      methodOf(authenticationFixture({ authmethods: ['wampcra'] }).log('alice', 'ticket', 'wampcra')),
    ).toBe('wampcra');
    expect(methodOf(authenticationFixture({ authmethods: ['wampcra'] }).log('alice', 'ticket'))).toBe(
      'wamp.error.no_matching_auth_method',
    );
  });

  it('is one that a source allows for this user and address', () => {
    const sources: Source[] = [
      { usernames: ['bob'], authmethod: 'ticket' },
      { usernames: 'all', authmethod: 'wampcra', cidr: { address: '10.0.0.0', prefix: 8, family: 'ipv4' } },
    ];
    const { begin } = authenticationFixture({ sources });
    const from = (authid: string, address: string) =>
      methodOf(begin({ authid, authmethods: ['ticket', 'wampcra'] }, address));
    expect(from('bob', '192.0.2.1')).toBe('ticket');
    expect(from('alice', '10.1.1.1')).toBe('wampcra');
    // The client does not learn whose source it is; alice's login fails.
    expect(from('alice', '192.0.2.1')).toBe('ticket');
  });

  it('needs a HELLO that is complete for it', () => {
    const { begin } = authenticationFixture();
    const none = 'wamp.error.no_matching_auth_method';
    const scram = (authextra: object) =>
      methodOf(begin({ authid: 'alice', authmethods: ['wamp-scram'], authextra }));
    expect(methodOf(begin({ authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authid: '', authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authid: 'a'.repeat(1025), authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'] }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'], authextra: { pubkey: 5 } }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'], authextra: { pubkey: KEY } }))).toBe('cryptosign');
    expect(scram({})).toBe(none);
    expect(scram({ nonce: 'a,b' })).toBe(none);
    expect(scram({ nonce: 'abcd', channel_binding: 'tls-unique' })).toBe(none);
    expect(scram({ nonce: 'abcd', channel_binding: null })).toBe('wamp-scram');
  });
});

describe('a user that has logged in', () => {
  const join = (authrole?: string) => {
    const step = authenticationFixture().begin({
      authid: 'alice',
      authmethods: ['ticket'],
      ...(authrole && { authrole }),
    });
    return answer(step, 'secret') as Promise<Admission>;
  };

  it.each([
    [undefined, 'admins'],
    ['staff', 'staff'],
    ['owners', 'owners'],
    ['nobody', 'admins'],
    ['alice', 'admins'],
    ['all', 'admins'],
  ])('asks for the role %s and gets the role %s', async (requested, role) => {
    expect((await join(requested)).identity).toEqual({
      authid: 'alice',
      authrole: role,
      authmethod: 'ticket',
      authprovider: 'static',
    });
  });

  it('has the grants of its name and of all its groups, whatever role it asked for', async () => {
    const roles = ['alice', 'admins', 'staff', 'owners', 'all'];
    expect((await join('staff')).roles).toEqual(new Set(roles));
  });

  it('has the role of everybody if it is in no group', async () => {
    const users = new Map([user('dave', { password: { kind: 'plain', text: 'secret' } })]);
    const step = authenticationFixture({ users }).log('dave', 'ticket');
    expect(await answer(step, 'secret')).toMatchObject({
      identity: { authrole: 'all' },
      roles: new Set(['dave', 'all']),
    });
  });

  it('must be enabled', async () => {
    expect(await answer(authenticationFixture().log('gone', 'ticket'), 'secret')).toMatchObject({
      kind: 'refused',
    });
  });

  it('is the owner of the key if HELLO names no user', () => {
    const { begin } = authenticationFixture();
    const step = begin({
      authmethods: ['cryptosign'],
      authextra: { pubkey: KEY.toUpperCase(), trustroot: null },
    });
    expect(methodOf(step)).toBe('cryptosign');
  });
});

import { describe, expect, it } from 'vitest';
import { OPEN_REALM, type RealmSecurity, type User } from './realm-security.js';
import { reviewIdentity } from './review.js';

const user = (groups: readonly string[], enabled = true): User => ({
  username: 'joe',
  enabled,
  groups,
  authorizedKeys: [],
});

const realm = (change: Partial<RealmSecurity>): RealmSecurity => ({ ...OPEN_REALM, ...change });

const withJoe = (groups: readonly string[], enabled = true): RealmSecurity =>
  realm({ users: new Map([['joe', user(groups, enabled)]]), groups: new Map([['leads', ['staff']]]) });

const JOE = { authid: 'joe', authrole: 'staff', authmethod: 'ticket', authprovider: 'static' };
const ANYBODY = { authid: 'x', authrole: 'anonymous', authmethod: 'anonymous', authprovider: 'static' };
const GUEST = { authid: 'ann', authrole: 'guests', authmethod: 'ticket', authprovider: 'dynamic' };

describe('the review of a user of the configuration', () => {
  const review = (security: RealmSecurity) =>
    reviewIdentity({ identity: JOE, address: '192.0.2.1' }, security, false);

  it('gives the groups that the user has now, and keeps the role if the user still has it', () => {
    expect(review(withJoe(['leads']))).toEqual({
      kind: 'stays',
      authrole: 'staff',
      roles: new Set(['joe', 'leads', 'staff', 'all']),
    });
  });

  it('gives the first group as the role if the user no longer has the role', () => {
    expect(review(withJoe(['sales', 'leads2']))).toMatchObject({ kind: 'stays', authrole: 'sales' });
    expect(review(withJoe([]))).toMatchObject({ kind: 'stays', authrole: 'all' });
  });

  it('says that the user is gone if it was removed or disabled', () => {
    expect(review(realm({}))).toEqual({ kind: 'gone' });
    expect(review(withJoe(['staff'], false))).toEqual({ kind: 'gone' });
  });
});

describe('the review of an anonymous session', () => {
  const review = (
    security: RealmSecurity,
    allow: boolean | 'local',
    address: string | undefined = '192.0.2.1',
  ) => reviewIdentity({ identity: ANYBODY, address }, security, allow).kind;

  it('follows whether anonymous clients may join from its address', () => {
    expect(review(OPEN_REALM, true)).toBe('stays');
    expect(review(OPEN_REALM, false)).toBe('gone');
    expect(review(OPEN_REALM, 'local')).toBe('gone');
    expect(review(OPEN_REALM, 'local', '127.0.0.1')).toBe('stays');
    expect(reviewIdentity({ identity: ANYBODY, address: undefined }, OPEN_REALM, 'local').kind).toBe('stays');
    expect(review(realm({ authmethods: ['ticket'] }), true)).toBe('gone');
    expect(review(realm({ authmethods: ['ticket'], securityEnabled: false }), true)).toBe('stays');
  });
});

describe('the review of a user of an authenticator', () => {
  const review = (security: RealmSecurity) =>
    reviewIdentity({ identity: GUEST, address: undefined }, security, true);

  it('gives the groups that its role belongs to now', () => {
    const security = realm({ authenticator: 'com.auth', groups: new Map([['guests', ['people']]]) });
    expect(review(security)).toEqual({
      kind: 'stays',
      authrole: 'guests',
      roles: new Set(['guests', 'people', 'all']),
    });
  });

  it('never gives the grants of a listed user with the name of the role', () => {
    const security = realm({ authenticator: 'com.auth', users: new Map([['guests', user(['staff'])]]) });
    expect(review(security)).toMatchObject({ roles: new Set(['all']) });
  });

  it('says that the user is gone if the realm has no authenticator any more', () => {
    expect(review(realm({}))).toEqual({ kind: 'gone' });
  });
});

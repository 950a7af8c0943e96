import { describe, expect, it } from 'vitest';
import type { Grant } from '../auth/realm-security.js';
import type { MatchPolicy } from '../model.js';
import type { Action } from './authorizer.js';
import { compileGrants } from './grants.js';

const grant = (
  uri: string,
  match: MatchPolicy = 'exact',
  permissions: readonly Action[] = ['register'],
  roles: Grant['roles'] = 'all',
): Grant => ({ roles, permissions, resources: [{ uri, match }] });

describe('grants', () => {
  it.each([
    // granted, how, asked for, how, allowed
    ['com.a', 'exact', 'com.a', 'exact', true],
    ['com.a', 'exact', 'com.b', 'exact', false],
    ['com.a', 'exact', 'com.a.b', 'exact', false],
    ['com.a', 'exact', 'com.a', 'prefix', false],
    ['com.a', 'exact', 'com.a', 'wildcard', false],
    ['com.a', 'prefix', 'com.a', 'exact', true],
    ['com.a', 'prefix', 'com.a.b', 'exact', true],
    ['com.a', 'prefix', 'com.ab', 'exact', true],
    ['com.a.', 'prefix', 'com.ab', 'exact', false],
    ['com.a.', 'prefix', 'com.a', 'exact', false],
    ['com.a.', 'prefix', 'com.a.b', 'prefix', true],
    ['com.a.', 'prefix', 'com.a', 'prefix', false],
    ['com.a.', 'prefix', '', 'prefix', false],
    ['com.a.', 'prefix', 'com.a..c', 'wildcard', true],
    ['com.a.b', 'prefix', 'com.a..c', 'wildcard', false],
    ['com.', 'prefix', 'com..c', 'wildcard', true],
    ['com.', 'prefix', '.b.c', 'wildcard', false],
    ['com.', 'prefix', 'com.b', 'wildcard', true],
    ['', 'prefix', 'com.a', 'exact', true],
    ['', 'prefix', '', 'prefix', true],
    ['', 'prefix', '..', 'wildcard', true],
    ['com..c', 'wildcard', 'com.b.c', 'exact', true],
    ['com..c', 'wildcard', 'com.b.d', 'exact', false],
    ['com..c', 'wildcard', 'com.b.b.c', 'exact', false],
    ['com..c', 'wildcard', 'com..c', 'wildcard', true],
    ['com..c', 'wildcard', 'com..', 'wildcard', false],
    ['com..', 'wildcard', 'com..c', 'wildcard', true],
    ['com..', 'wildcard', 'com.a.', 'prefix', false],
    ['..', 'wildcard', 'a.b.c', 'exact', true],
    ['..', 'wildcard', 'a.b', 'exact', false],
  ] as const)(
    'judge the grant of %s (%s) for a request of %s (%s): %s',
    (granted, how, uri, match, allowed) => {
      expect(compileGrants([grant(granted, how)], new Set(['all'])).allow('register', uri, match)).toBe(
        allowed,
      );
    },
  );

  it('apply only to their actions', () => {
    const grants = compileGrants([grant('com.a', 'exact', ['call', 'subscribe'])], new Set(['all']));
    const actions = [
      'call',
      'cancel',
      'register',
      'unregister',
      'subscribe',
      'unsubscribe',
      'publish',
    ] as const;
    expect(actions.filter((action) => grants.allow(action, 'com.a', 'exact'))).toEqual(['call', 'subscribe']);
  });

  it('apply only to their roles, and add up', () => {
    const declared = [
      grant('com.admin', 'exact', ['call'], ['admins']),
      grant('com.staff', 'exact', ['call'], ['staff', 'alice']),
      grant('com.open', 'exact', ['call']),
    ];
    const allowed = (...roles: string[]) => {
      const grants = compileGrants(declared, new Set(roles));
      return ['com.admin', 'com.staff', 'com.open'].filter((uri) => grants.allow('call', uri, 'exact'));
    };
    expect(allowed('all')).toEqual(['com.open']);
    expect(allowed('all', 'alice')).toEqual(['com.staff', 'com.open']);
    expect(allowed('all', 'admins', 'staff')).toEqual(['com.admin', 'com.staff', 'com.open']);
    expect(allowed('constructor')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { createPrincipals } from './principals.js';
import { OPEN_REALM, type User } from './realm-security.js';
import { createSalts } from './salts.js';

const user = (username: string): [string, User] => [
  username,
  { username, enabled: true, groups: [], authorizedKeys: [], password: { kind: 'plain', text: 'x' } },
];

describe('choosing who logs in', () => {
  it('checks as many sources for a user as for an unknown name, so that the time reveals nothing', () => {
    let looked = 0;
    const sources = {
      allow() {
        looked++;
        return true;
      },
      allowSomebody: () => true,
    };
    const users = new Map(Array.from({ length: 50 }, (_, index) => user(`user${index}`)));
    const security = { ...OPEN_REALM, users };
    const principals = createPrincipals('r', security, sources, createSalts('salt'));
    const effortFor = (authid: string): number => {
      looked = 0;
      principals.choose({ authid, pubkey: undefined, methods: ['wampcra'], address: '192.0.2.1' });
      return looked;
    };
    const efforts = ['user0', 'user7', 'user49', 'nobody', 'nobody2', '__proto__'].map(effortFor);
    expect(new Set(efforts).size).toBe(1);
    // The cost of a HELLO must not grow with the number of users either.
    expect(efforts[0]).toBeLessThan(5);
  });
});

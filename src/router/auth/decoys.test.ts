import { describe, expect, it } from 'vitest';
import {
  answer,
  authenticationFixture,
  KEY,
  methodOf,
  REALM,
  SALTED,
  user,
} from '../../../test/support/authentication-fixture.js';
import type { Challenged, Refused, Step } from './steps.js';

describe('an unknown name', () => {
  /** What a client sees before it answers, without the parts that are random each time. */
  function seen(step: Step): unknown {
    const { method, extra } = step as Challenged;
    const { challenge, nonce, ...rest } = extra;
    const claims = method === 'wampcra' ? Object.keys(JSON.parse(String(challenge))) : [];
    return { method, ...rest, claims, salt: typeof rest['salt'], length: String(rest['salt'] ?? '').length };
  }

  it.each(['ticket', 'wampcra', 'cryptosign', 'wamp-scram'])(
    'gets the same challenges as users: %s',
    (method) => {
      const details = { authmethods: [method], authextra: { nonce: 'abcd', pubkey: KEY } };
      const { begin } = authenticationFixture();
      const ofUsers = ['alice', 'bob', 'device', 'gone'].map((authid) =>
        JSON.stringify(seen(begin({ ...details, authid }))),
      );
      const ofNobody = Array.from({ length: 40 }, (_, index) =>
        JSON.stringify(seen(begin({ ...details, authid: `nobody${index}` }))),
      );
      // Every challenge that they get, some user gets too, and the other way round.
      expect(new Set(ofNobody)).toEqual(new Set(ofUsers));
    },
  );

  it('gets the same salt and role each time, even after a restart with the same secret', () => {
    const challengeOf = (salt: string, authid: string) => {
      const { extra } = authenticationFixture(
        { users: new Map([user('bob', REALM.users.get('bob')!)]) },
        { salt },
      ).log(authid, 'wampcra') as Challenged;
      const { authrole } = JSON.parse(String(extra['challenge']));
      return [extra['salt'], extra['iterations'], authrole];
    };
    expect(challengeOf('one', 'nobody')).toEqual([expect.stringMatching(/^.{22}==$/), 1000, 'staff']);
    expect(challengeOf('one', 'nobody')).toEqual(challengeOf('one', 'nobody'));
    expect(challengeOf('one', 'nobody')).not.toEqual(challengeOf('one', 'nobody2'));
    expect(challengeOf('one', 'nobody')).not.toEqual(challengeOf('two', 'nobody'));
  });

  it('gets a salt that looks like the salts of users', () => {
    const password = {
      kind: 'salted',
      salt: '00ff'.repeat(5),
      iterations: 9,
      saltedPassword: SALTED,
    } as const;
    const { log } = authenticationFixture({ users: new Map([user('bob', { password })]) });
    expect((log('nobody', 'wampcra') as Challenged).extra['salt']).toMatch(/^[0-9a-f]{20}$/);
  });

  it('is refused like a wrong signature, and after the same delay', async () => {
    for (const method of ['ticket', 'wampcra', 'cryptosign', 'wamp-scram']) {
      const refusals: unknown[] = [];
      for (const authid of ['alice', 'bob', 'nobody', 'gone', 'constructor', '__proto__']) {
        const step = authenticationFixture().begin({
          authid,
          authmethods: [method],
          authextra: { nonce: 'abcd' },
        });
        refusals.push(await answer(step, 'wrong'));
      }
      const refusal = { uri: 'wamp.error.authentication_denied', message: 'the login failed' };
      expect(refusals).toEqual(refusals.map((): Refused => ({ kind: 'refused', refusal, notBefore: 250 })));
    }
  });

  it('gets a challenge even in a realm without users, if its authmethods have one', async () => {
    const step = authenticationFixture({ users: new Map() }).log('nobody', 'wampcra');
    expect(methodOf(step)).toBe('wampcra');
    expect(await answer(step, 'x')).toMatchObject({ kind: 'refused' });
  });
});

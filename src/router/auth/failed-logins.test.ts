import { describe, expect, it } from 'vitest';
import {
  answer,
  authenticationFixture,
  methodOf,
  REALM,
  SALTED,
  user,
} from '../../../test/support/authentication-fixture.js';
import type { DeriveKey } from './key-derivation.js';
import type { Refused } from './steps.js';

describe('failed logins', () => {
  it('are refused with growing delays, and then block their source for a while', async () => {
    const { begin, clock } = authenticationFixture();
    const attempt = (address: string) => begin({ authid: 'alice', authmethods: ['ticket'] }, address);
    const delays: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      const step = (await answer(attempt('192.0.2.1'), 'wrong')) as Refused;
      delays.push((step.notBefore ?? 0) - clock.monotonic());
    }
    expect(delays.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    expect(methodOf(attempt('192.0.2.1'))).toBe('bondy.error.too_many_requests');
    expect(methodOf(attempt('192.0.2.2'))).toBe('ticket');
    expect(methodOf(begin({}, '192.0.2.1'))).toBe('anonymous');
    clock.advance(8000);
    expect(await answer(attempt('192.0.2.1'), 'secret')).toMatchObject({ kind: 'admitted' });
  });

  it('are delayed even if the client collected many challenges before', async () => {
    const { begin } = authenticationFixture();
    const steps = Array.from({ length: 40 }, () =>
      begin({ authid: 'alice', authmethods: ['ticket'] }, '192.0.2.1'),
    );
    const outcomes: string[] = [];
    for (const step of steps) outcomes.push(methodOf(await answer(step, 'wrong')));
    expect(outcomes.slice(31)).toEqual([
      'wamp.error.authentication_denied',
      ...Array(8).fill('bondy.error.too_many_requests'),
    ]);
  });
});

/** A key derivation that ends when the test says so. */
function createManualDerivation() {
  const underWay: { password: string; finish: () => void }[] = [];
  const derive: DeriveKey = (password) =>
    new Promise((resolve) => underWay.push({ password, finish: () => resolve(Buffer.alloc(32)) }));
  return {
    derive,
    underWay,
    async finishNext(): Promise<string | undefined> {
      const next = underWay.shift();
      next?.finish();
      await turn();
      return next?.password;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const DENIED = 'wamp.error.authentication_denied';
const TOO_MANY = 'bondy.error.too_many_requests';

describe('logins that take work', () => {
  it('are checked two at a time, alternating between sources, however many come from one', async () => {
    const { derive, underWay, finishNext } = createManualDerivation();
    const { begin } = authenticationFixture({}, { derive });
    const attempt = (address: string, ticket: string) =>
      answer(begin({ authid: 'bob', authmethods: ['ticket'] }, address), ticket);
    for (let i = 0; i < 20; i += 1) void attempt('192.0.2.1', `flood${i}`);
    expect(underWay.map(({ password }) => password)).toEqual(['flood0']);
    for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) void attempt(address, address);
    await turn();
    expect(underWay.map(({ password }) => password)).toEqual(['flood0', '192.0.2.2']);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 7; i += 1) {
      order.push(await finishNext());
      expect(underWay.length).toBeLessThanOrEqual(2);
    }
    expect(order).toEqual(['flood0', '192.0.2.2', 'flood1', '192.0.2.3', '192.0.2.4', 'flood2', 'flood3']);
  });

  it('are refused if too many wait, which does not count as a failure', async () => {
    const { derive, finishNext } = createManualDerivation();
    const { begin } = authenticationFixture({}, { derive, maxWaiting: 2 });
    const attempt = (address: string) =>
      Promise.resolve(answer(begin({ authid: 'bob', authmethods: ['ticket'] }, address), 'wrong'));
    const flood = [1, 2, 3, 4].map(() => attempt('192.0.2.1'));
    expect(methodOf(await flood[3]!)).toBe(TOO_MANY);
    await finishNext();
    expect(await flood[0]).toMatchObject({ kind: 'refused', notBefore: 250 });
    await finishNext();
    await finishNext();
    expect((await Promise.all(flood)).map(methodOf)).toEqual([DENIED, DENIED, DENIED, TOO_MANY]);
    const next = attempt('192.0.2.1');
    await finishNext();
    expect(await next).toMatchObject({ notBefore: 2000 });
  });

  it('count as failed until they have succeeded, with every method', async () => {
    for (const method of ['ticket', 'wamp-scram']) {
      const { derive, underWay, finishNext } = createManualDerivation();
      const { begin } = authenticationFixture({}, { derive });
      const authid = method === 'ticket' ? 'bob' : 'alice';
      const details = { authid, authmethods: [method], authextra: { nonce: 'abcd' } };
      const steps = Array.from({ length: 300 }, () => begin(details, '192.0.2.1'));
      const outcomes = steps.map((step, index) => Promise.resolve(answer(step, `guess${index}`)));
      let looked = 0;
      while (underWay.length > 0) {
        await finishNext();
        looked += 1;
      }
      expect(looked).toBe(32);
      const uris = (await Promise.all(outcomes)).map(methodOf);
      expect(uris).toEqual([...Array(32).fill(DENIED), ...Array(268).fill(TOO_MANY)]);
    }
  });

  it('no longer count once they have succeeded', async () => {
    const derive: DeriveKey = async () => Buffer.from(SALTED, 'base64');
    const { log } = authenticationFixture({}, { derive });
    for (let i = 0; i < 40; i += 1)
      expect(methodOf(await answer(log('bob', 'ticket'), 'right'))).toBe('ticket');
  });

  it('are not started for a signature that is too long', async () => {
    const { derive, underWay } = createManualDerivation();
    const { log } = authenticationFixture({}, { derive });
    void answer(log('bob', 'ticket'), 'x'.repeat(65_536));
    expect(underWay.length).toBe(1);
    expect(methodOf(await answer(log('bob', 'ticket'), 'x'.repeat(65_537)))).toBe(DENIED);
    expect(underWay.length).toBe(1);
  });

  it('take as much work for a user as for an unknown name, each time', async () => {
    const users = new Map([user('alice', REALM.users.get('alice'))]);
    const { derive, finishNext } = createManualDerivation();
    const { begin } = authenticationFixture({ users }, { derive });
    for (const authid of ['alice', 'nobody', 'alice', 'nobody']) {
      const details = { authid, authmethods: ['wamp-scram'], authextra: { nonce: 'abcd' } };
      const outcome = Promise.resolve(answer(begin(details), 'wrong'));
      expect(typeof (await finishNext())).toBe('string');
      expect(methodOf(await outcome)).toBe(DENIED);
    }
  });
});

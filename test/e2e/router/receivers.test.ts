import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { type Member, useRouter } from '../../support/contract.js';
import { ALICE, BOB, CAROL, GRANTED } from '../../support/granted-realm.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

/**
 * Names of sessions in the tables below. `bob` has two; the second one publishes. Roles are admins
 * and staff.
 */
type Who = 'alice' | 'bob' | 'bob2' | 'carol' | 'nobody';
const ALL: readonly Who[] = ['alice', 'bob', 'bob2', 'carol', 'nobody'];
const OTHERS = ALL.filter((name) => name !== 'bob2');

/**
 * PUBLISH.Options, in which `eligible` and `exclude` name sessions by the names here, and the
 * receivers.
 */
const CASES: readonly (readonly [options: Readonly<Record<string, unknown>>, receivers: readonly Who[]])[] = [
  [{}, OTHERS],
  [{ exclude_me: true }, OTHERS],
  [{ exclude_me: null }, OTHERS],
  [{ exclude_me: false }, ALL],

  [{ eligible: ['alice', 'carol'] }, ['alice', 'carol']],
  [{ eligible: [] }, []],
  [{ eligible: null }, OTHERS],
  [{ eligible: [424242] }, []],
  [{ eligible: ['alice', 'alice', 424242] }, ['alice']],
  [{ eligible_authid: ['bob', 'carol'] }, ['bob', 'carol']],
  [{ eligible_authid: [] }, []],
  [{ eligible_authrole: ['staff'] }, ['bob', 'carol']],
  [{ eligible_authrole: ['admins', 'anonymous'] }, ['alice', 'nobody']],
  [{ eligible_authrole: [] }, []],

  [{ exclude: ['alice', 'carol'] }, ['bob', 'nobody']],
  [{ exclude: [] }, OTHERS],
  [{ exclude: [424242] }, OTHERS],
  [{ exclude_authid: ['bob'] }, ['alice', 'carol', 'nobody']],
  [{ exclude_authid: [] }, OTHERS],
  [{ exclude_authrole: ['staff'] }, ['alice', 'nobody']],
  [{ exclude_authrole: ['staff', 'admins', 'anonymous'] }, []],

  // All lists at once: a receiver must be on each eligible list, and on no exclude list.
  [{ eligible: ['alice', 'bob', 'carol'], eligible_authrole: ['staff'] }, ['bob', 'carol']],
  [
    {
      eligible: ['alice', 'bob', 'carol'],
      eligible_authrole: ['staff'],
      eligible_authid: ['carol', 'alice'],
    },
    ['carol'],
  ],
  [{ eligible: ['alice'], eligible_authrole: ['staff'] }, []],
  [{ eligible: ['alice', 'bob'], exclude: ['bob'] }, ['alice']],
  [{ eligible_authrole: ['staff'], exclude_authid: ['bob'] }, ['carol']],
  [{ exclude: ['alice'], exclude_authid: ['bob'], exclude_authrole: ['anonymous'] }, ['carol']],
  [{ eligible: ['alice'], eligible_authid: [] }, []],

  // A list does not make the publisher a receiver, and exclude_me does not override a list.
  [{ eligible: ['bob2', 'alice'] }, ['alice']],
  [{ eligible_authid: ['bob'] }, ['bob']],
  [{ eligible: ['bob2', 'alice'], exclude_me: false }, ['alice', 'bob2']],
  [{ eligible: ['alice'], exclude_me: false }, ['alice']],
  [{ exclude: ['bob2'], exclude_me: false }, OTHERS],
  [{ exclude_authid: ['bob'], exclude_me: false }, ['alice', 'carol', 'nobody']],
];

describe.each(CONTRACT_MATRIX)('the receivers of an event over $name', (transport) => {
  const { host, member, ask, hearsNothing } = useRouter(transport, { security: GRANTED });
  let members: Record<Who, Member>;
  beforeEach(async () => {
    members = {
      alice: await member(ALICE),
      bob: await member(BOB),
      bob2: await member(BOB),
      carol: await member(CAROL),
      nobody: await member(),
    };
  });

  /** Replaces names of sessions by their IDs. */
  function withIds(options: Readonly<Record<string, unknown>>): object {
    const named = Object.entries(options).map(([key, value]) => {
      if (!(key === 'eligible' || key === 'exclude') || !Array.isArray(value)) return [key, value];
      return [key, value.map((name: Who | number) => (typeof name === 'number' ? name : members[name].id))];
    });
    return Object.fromEntries(named);
  }

  it.each(['exact', 'prefix', 'wildcard'])(
    'are the sessions that its options allow, for subscriptions with match %s',
    async (match) => {
      const topic = { exact: 'com.t', prefix: 'com.', wildcard: '.t' }[match]!;
      for (const { client } of Object.values(members))
        await ask(client, MESSAGE.SUBSCRIBE, 1, { match }, topic);
      const { client: publisher } = members.bob2;
      for (const [at, [options, receivers]] of CASES.entries()) {
        publisher.send([MESSAGE.PUBLISH, at + 2, withIds(options), 'com.t', [at]]);
        for (const name of ALL) {
          const { client } = members[name];
          if (receivers.includes(name))
            expect([name, options, (await client.next())[4]]).toEqual([name, options, [at]]);
        }
        await hearsNothing(...ALL.map((name) => members[name].client));
      }
    },
  );

  it('are the same for a retained event and later subscribers', async () => {
    const { client: publisher } = members.bob2;
    for (const [at, [options, receivers]] of CASES.entries()) {
      await ask(
        publisher,
        MESSAGE.PUBLISH,
        at + 2,
        { ...withIds(options), retain: true, acknowledge: true },
        'com.t',
        [at],
      );
      for (const name of ALL) {
        const { client } = members[name];
        const [, , subscription] = await ask(
          client,
          MESSAGE.SUBSCRIBE,
          1000 + at,
          { get_retained: true },
          'com.t',
        );
        if (receivers.includes(name))
          expect([name, options, (await client.next())[4]]).toEqual([name, options, [at]]);
        expect(await ask(client, MESSAGE.UNSUBSCRIBE, 2000 + at, subscription)).toEqual([
          MESSAGE.UNSUBSCRIBED,
          2000 + at,
        ]);
      }
    }
    expect(host().router.counts().subscriptions).toBe(0);
  });
});

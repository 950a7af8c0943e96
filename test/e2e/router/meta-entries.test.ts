import { beforeEach, describe, expect, it } from 'vitest';
import type { RouterSecurity } from '../../../src/router/access/realm-access.js';
import type { RealmSecurity } from '../../../src/router/auth/realm-security.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, type Member, useRouter } from '../../support/contract.js';
import { FRAMES } from '../../support/frames.js';
import { byTicket } from '../../support/logins.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX, caseNamed } from '../../support/transport-matrix.js';

const ISO_8601 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** What registrations and subscriptions have in common, in the terms of each. */
const KINDS = [
  {
    of: 'registration',
    enter: async (client: RawClient, request: number, uri: string, options: object = {}) => {
      client.send([MESSAGE.REGISTER, request, { invoke: 'roundrobin', ...options }, uri]);
      return (await client.next())[2] as number;
    },
    leave: [MESSAGE.UNREGISTER, MESSAGE.UNREGISTERED] as const,
    members: ['list_callees', 'count_callees'] as const,
    more: { invoke: 'roundrobin' },
  },
  {
    of: 'subscription',
    enter: async (client: RawClient, request: number, uri: string, options: object = {}) => {
      client.send([MESSAGE.SUBSCRIBE, request, options, uri]);
      return (await client.next())[2] as number;
    },
    leave: [MESSAGE.UNSUBSCRIBE, MESSAGE.UNSUBSCRIBED] as const,
    members: ['list_subscribers', 'count_subscribers', 'count_suscribers'] as const,
    more: {},
  },
];

describe.each(CONTRACT_MATRIX)('the meta API over $name', (transport) => {
  const { join, member, ask, call } = useRouter(transport);
  let one: Member;
  let two: Member;
  let asker: RawClient;
  beforeEach(async () => {
    one = await member();
    two = await member();
    asker = await join();
  });

  describe.each(KINDS)('for a $of', ({ of, enter, leave, members, more }) => {
    let request = 0;
    const tell = (procedure: string, ...args: unknown[]) =>
      call(asker, ++request, `wamp.${of}.${procedure}`, args);

    it('lists all entries by their match policy', async () => {
      expect(await tell('list')).toEqual({ exact: [], prefix: [], wildcard: [] });
      const exact = await enter(one.client, 1, 'com.a');
      const second = await enter(two.client, 1, 'com.b');
      await enter(two.client, 2, 'com.a');
      const prefix = await enter(one.client, 2, 'com.a', { match: 'prefix' });
      const wildcard = await enter(one.client, 3, 'com..a', { match: 'wildcard' });
      expect(await tell('list')).toEqual({ exact: [exact, second], prefix: [prefix], wildcard: [wildcard] });
      expect(await tell('list', 'whatever')).toEqual(await tell('list'));
      one.client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect(await one.client.next()).toStartWith([MESSAGE.GOODBYE]);
      expect(await tell('list')).toEqual({ exact: [exact, second], prefix: [], wildcard: [] });
    });

    it('finds an entry by URI and policy', async () => {
      const exact = await enter(one.client, 1, 'com.a');
      const prefix = await enter(one.client, 2, 'com.a', { match: 'prefix' });
      const wildcard = await enter(one.client, 3, 'com..', { match: 'wildcard' });
      expect(await tell('lookup', 'com.a')).toBe(exact);
      expect(await tell('lookup', 'com.a', {})).toBe(exact);
      expect(await tell('lookup', 'com.a', null)).toBe(exact);
      expect(await tell('lookup', 'com.a', { match: 'exact', invoke: 'first' })).toBe(exact);
      expect(await tell('lookup', 'com.a', { match: 'prefix' })).toBe(prefix);
      expect(await tell('lookup', 'com..', { match: 'wildcard' })).toBe(wildcard);
      // The lookup is for the pattern itself, not for what matches it.
      expect(await tell('lookup', 'com.a', { match: 'wildcard' })).toBe(null);
      expect(await tell('lookup', 'com.a.b', { match: 'prefix' })).toBe(null);
      expect(await tell('lookup', 'com.b')).toBe(null);
      expect(await tell('lookup', 'not a URI')).toBe(null);
    });

    it('returns all details of an entry, including defaults', async () => {
      const exact = await enter(one.client, 1, 'com.a');
      const prefix = await enter(two.client, 1, '', { match: 'prefix' });
      const details = { created: ISO_8601, ...more };
      expect(await tell('get', exact)).toEqual({ ...details, id: exact, uri: 'com.a', match: 'exact' });
      expect(await tell('get', prefix)).toEqual({ ...details, id: prefix, uri: '', match: 'prefix' });
      const made = (await tell('get', exact)) as { created: string };
      expect(Math.abs(Date.parse(made.created) - Date.now())).toBeLessThan(60_000);
    });

    it('returns the members of an entry and their number', async () => {
      const [list, ...counts] = members;
      const id = await enter(one.client, 1, 'com.a');
      const other = await enter(two.client, 1, 'com.b');
      expect(await tell(list, id)).toEqual([one.id]);
      await enter(two.client, 2, 'com.a');
      expect(await tell(list, id)).toEqual([one.id, two.id]);
      expect(await tell(list, other)).toEqual([two.id]);
      const [lower, higher] = [one.id, two.id].toSorted((a, b) => a - b);
      const part = (kwargs: object) =>
        ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.${list}`, [id], kwargs);
      expect((await part({ limit: 1 }))[3]).toEqual([[lower]]);
      expect((await part({ limit: 1, after: lower }))[3]).toEqual([[higher]]);
      for (const count of counts) expect(await tell(count, id)).toBe(2);
      await ask(one.client, leave[0], 3, id);
      expect(await tell(list, id)).toEqual([two.id]);
      for (const count of counts) expect(await tell(count, id)).toBe(1);
    });

    it('no longer finds an entry when its last member has left', async () => {
      const id = await enter(one.client, 1, 'com.a');
      expect(await ask(one.client, leave[0], 2, id)).toEqual([leave[1], 2]);
      expect(await tell('lookup', 'com.a')).toBe(null);
      expect(await tell('match', 'com.a')).toBe(null);
      for (const procedure of ['get', ...members])
        expect(await ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.${procedure}`, [id])).toEqual([
          MESSAGE.ERROR,
          MESSAGE.CALL,
          request,
          {},
          `wamp.error.no_such_${of}`,
          [expect.stringMatching(/ /)],
        ]);
    });

    it.each(['get', ...members])('%s refuses an argument that is not an ID', async (procedure) => {
      for (const args of [[], [null], [0], [-1], [1.5], ['1'], [[1]], [{}], [true]])
        expect(await ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.${procedure}`, args)).toEqual([
          MESSAGE.ERROR,
          MESSAGE.CALL,
          request,
          {},
          'wamp.error.invalid_argument',
          [ANY],
        ]);
    });

    it.each([
      ['lookup', []],
      ['lookup', [null]],
      ['lookup', [7]],
      ['lookup', [['com.a']]],
      ['lookup', ['com.a', 'prefix']],
      ['lookup', ['com.a', ['prefix']]],
      ['lookup', ['com.a', { match: 'suffix' }]],
      ['lookup', ['com.a', { match: 1 }]],
      ['match', []],
      ['match', [7]],
      ['match', [{}]],
    ])('%s refuses %j', async (procedure, args) => {
      expect(await ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.${procedure}`, args)).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        request,
        {},
        'wamp.error.invalid_argument',
        [ANY],
      ]);
    });

    it.each(['lookup', 'match'])('%s refuses an argument that is too long for a URI', async (procedure) => {
      const text = 'a'.repeat(4096);
      expect(await tell(procedure, text)).toBe(null);
      expect(await ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.${procedure}`, [`${text}a`])).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        request,
        {},
        'wamp.error.invalid_uri',
        [ANY],
      ]);
    });

    it('returns no entries of another realm', async () => {
      const elsewhere = await member(undefined, {}, 'realm2');
      const id = await enter(elsewhere.client, 1, 'com.a');
      expect(await tell('lookup', 'com.a')).toBe(null);
      expect(await tell('list')).toEqual({ exact: [], prefix: [], wildcard: [] });
      expect(await ask(asker, MESSAGE.CALL, ++request, {}, `wamp.${of}.get`, [id])).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
      ]);
    });
  });

  it('match returns the registration that a call would go to', async () => {
    const enter = KINDS[0]!.enter;
    const ids = {
      exact: await enter(one.client, 1, 'com.a.b.c'),
      prefix: await enter(one.client, 2, 'com.a', { match: 'prefix' }),
      longer: await enter(one.client, 3, 'com.a.b', { match: 'prefix' }),
      wildcard: await enter(one.client, 4, 'org..c', { match: 'wildcard' }),
      better: await enter(one.client, 5, 'org.b.', { match: 'wildcard' }),
      rest: await enter(one.client, 6, 'wam', { match: 'prefix' }),
    };
    for (const [at, [uri, expected]] of (
      [
        ['com.a.b.c', ids.exact],
        ['com.a.b.d', ids.longer],
        ['com.a.x', ids.prefix],
        ['org.a.c', ids.wildcard],
        ['org.b.c', ids.better],
        ['net.a', null],
        ['wamble.on', ids.rest],
        // Patterns do not match the router’s own procedures.
        ['wamp.session.count', null],
        ['wamp', null],
      ] as const
    ).entries())
      expect([uri, await call(asker, at + 1, 'wamp.registration.match', [uri])]).toEqual([uri, expected]);
  });

  it('match returns all subscriptions that an event would go to', async () => {
    const enter = KINDS[1]!.enter;
    const exact = await enter(one.client, 1, 'com.a.b');
    const all = await enter(one.client, 2, '', { match: 'prefix' });
    const prefix = await enter(two.client, 1, 'com.a', { match: 'prefix' });
    const wildcard = await enter(two.client, 2, 'com..b', { match: 'wildcard' });
    const match = async (request: number, uri: string) =>
      ((await call(asker, request, 'wamp.subscription.match', [uri])) as number[]).sort((a, b) => a - b);
    expect(await match(1, 'com.a.b')).toEqual([exact, all, prefix, wildcard]);
    expect(await match(2, 'com.x.b')).toEqual([all, wildcard]);
    expect(await match(3, 'org')).toEqual([all]);
    await ask(one.client, MESSAGE.UNSUBSCRIBE, 9, all);
    expect(await call(asker, 4, 'wamp.subscription.match', ['org'])).toBe(null);
  });
});

/** JSON can contain half of a surrogate pair, which UTF-8 text cannot. */
const NAME = 'half\ud800';

describe.each(FRAMES)('a result of the meta API in $name', (frames) => {
  const { host, member, ask } = useRouter(caseNamed('WebSocket, json'), { security: security() });

  it('becomes an ERROR if it cannot be encoded, so that the caller does not wait for ever', async () => {
    const { id } = await member(byTicket(NAME, 'secret'));
    const asker = await connectRaw(host().url, frames);
    await hello(asker);
    const answer = await ask(asker, MESSAGE.CALL, 1, {}, 'wamp.session.get', [id]);
    if (frames.name === 'json')
      expect(answer).toStartWith([MESSAGE.RESULT, 1, {}, [expect.objectContaining({ authid: NAME })]]);
    else
      expect(answer).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.runtime_error',
        [expect.stringMatching(/ /)],
      ]);
    asker.close();
  });
});

/** A realm without grants, for nobody and for a user of that name. */
function security(): RouterSecurity {
  const password = { kind: 'plain', text: 'secret' } as const;
  const user = { username: NAME, enabled: true, groups: [], authorizedKeys: [], password };
  const realm: RealmSecurity = {
    authmethods: ['anonymous', 'ticket'],
    securityEnabled: true,
    users: new Map([[NAME, user]]),
    groups: new Map(),
  };
  return { realms: new Map([['realm1', realm]]), maxFailedLoginDelay: 0, maxFailedLogins: 0 };
}

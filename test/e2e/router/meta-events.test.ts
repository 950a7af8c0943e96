import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import {
  ANY,
  CAPABLE,
  type Member,
  PLAIN_CALLEE,
  transportDetails,
  useRouter,
} from '../../support/contract.js';
import { hello, type RawClient, rawOver } from '../../support/raw-client.js';
import { CONTRACT_MATRIX, caseNamed } from '../../support/transport-matrix.js';

const GOODBYE = [MESSAGE.GOODBYE, {}, 'wamp.close.normal'];
const ISO_8601 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe.each(CONTRACT_MATRIX)('meta events over $name', (transport) => {
  const { host, connect, join, member, ask, hearsNothing } = useRouter(transport);
  let observer: RawClient;
  beforeEach(async () => {
    observer = await join();
    await ask(observer, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'wamp.');
  });

  /**
   * The next events of the observer: topics without their common prefix, and arguments. Then checks
   * that nothing follows.
   */
  async function heard(count: number): Promise<unknown[]> {
    const all: unknown[] = [];
    const publications = new Set<unknown>();
    for (let at = 0; at < count; at++) {
      const [code, , publication, details, args, ...rest] = await observer.next();
      expect([code, rest]).toEqual([MESSAGE.EVENT, []]);
      expect(details).toEqual({ topic: expect.stringMatching(/^wamp\./) });
      publications.add(publication);
      all.push([(details as { topic: string }).topic.slice('wamp.'.length), ...(args as unknown[])]);
    }
    expect(publications.size).toBe(count);
    await hearsNothing(observer);
    return all;
  }

  describe('of sessions', () => {
    it('announce each session that joins and each that leaves', async () => {
      const { client, id, authid } = await member();
      expect(await heard(1)).toEqual([
        [
          'session.on_join',
          {
            session: id,
            authid,
            authrole: 'anonymous',
            authmethod: 'anonymous',
            authprovider: 'static',
            transport: transportDetails(transport),
          },
        ],
      ]);
      expect(await ask(client, ...GOODBYE)).toStartWith([MESSAGE.GOODBYE]);
      expect(await heard(1)).toEqual([['session.on_leave', id, authid, 'anonymous']]);
      // The same connection now carries a different session.
      const [, again, { authid: other }] = (await hello(client)) as [number, number, { authid: string }];
      expect(await heard(1)).toMatchObject([['session.on_join', { session: again }]]);
      client.close();
      expect(await heard(1)).toEqual([['session.on_leave', again, other, 'anonymous']]);
    });

    it.each([
      ['loses its connection', ({ client }: Member) => client.close()],
      ['sends ABORT', ({ client }: Member) => client.send([MESSAGE.ABORT, {}, 'com.example.fed_up'])],
      ['breaks the protocol', ({ client }: Member) => client.send([MESSAGE.REGISTERED, 1, 1])],
    ])('send one on_leave for a session that %s', async (_how, go) => {
      const left = await member();
      await heard(1);
      go(left);
      expect(await heard(1)).toEqual([['session.on_leave', left.id, left.authid, 'anonymous']]);
      await left.client.closed;
      await hearsNothing(observer);
    });

    it('announce no refused client and no session of another realm or of the router’s process', async () => {
      const refused = await connect();
      expect(await hello(refused, 'realm1', { roles: {} })).toStartWith([MESSAGE.ABORT]);
      const elsewhere = await join(undefined, 'realm2');
      elsewhere.send(GOODBYE);
      const [ours, theirs] = localPeers();
      host().router.attach(theirs, IN_PROCESS);
      const inProcess = rawOver(ours);
      await hello(inProcess);
      inProcess.close();
      expect(await elsewhere.next()).toStartWith([MESSAGE.GOODBYE]);
      await hearsNothing(observer);
    });

    it('follow WELCOME and go only to sessions that have subscribed by then', async () => {
      const [one, two] = [await member(), await member()];
      for (const { client } of [one, two])
        await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'wamp.session.on_join');
      const late = await member();
      for (const { client } of [one, two])
        expect(await client.next()).toEqual([
          MESSAGE.EVENT,
          ANY,
          ANY,
          {},
          [expect.objectContaining({ session: late.id })],
        ]);
      await hearsNothing(one.client, two.client, late.client);
    });
  });

  describe.each([
    {
      of: 'registration',
      enter: (client: RawClient, request: number, uri: string, options: object = {}) =>
        ask(client, MESSAGE.REGISTER, request, { invoke: 'first', ...options }, uri),
      leave: (client: RawClient, request: number, id: unknown) =>
        ask(client, MESSAGE.UNREGISTER, request, id),
      in: 'register',
      out: 'unregister',
      more: { invoke: 'first' },
    },
    {
      of: 'subscription',
      enter: (client: RawClient, request: number, uri: string, options: object = {}) =>
        ask(client, MESSAGE.SUBSCRIBE, request, options, uri),
      leave: (client: RawClient, request: number, id: unknown) =>
        ask(client, MESSAGE.UNSUBSCRIBE, request, id),
      in: 'subscribe',
      out: 'unsubscribe',
      more: {},
    },
  ])('of a $of', ({ of, enter, leave, more, ...names }) => {
    const [on_create, on_in] = [`${of}.on_create`, `${of}.on_${names.in}`];
    const [on_out, on_delete] = [`${of}.on_${names.out}`, `${of}.on_delete`];
    let one: Member;
    let two: Member;
    beforeEach(async () => {
      one = await member();
      two = await member();
      await heard(2);
    });

    it('announce the creation before the first member, and the deletion after the last member', async () => {
      const [, , id] = await enter(one.client, 1, 'com.a');
      expect(await heard(2)).toEqual([
        [on_create, one.id, { id, created: ISO_8601, uri: 'com.a', match: 'exact', ...more }],
        [on_in, one.id, id],
      ]);
      expect(await enter(two.client, 1, 'com.a')).toEqual([ANY, 1, id]);
      expect(await heard(1)).toEqual([[on_in, two.id, id]]);
      await leave(one.client, 2, id);
      expect(await heard(1)).toEqual([[on_out, one.id, id]]);
      await leave(two.client, 2, id);
      expect(await heard(2)).toEqual([
        [on_out, two.id, id],
        [on_delete, two.id, id],
      ]);
      // A new entry, with a new ID.
      const [, , next] = await enter(two.client, 3, 'com.a');
      expect(next).not.toBe(id);
      expect(await heard(2)).toMatchObject([
        [on_create, two.id, { id: next }],
        [on_in, two.id, next],
      ]);
    });

    it.each(['prefix', 'wildcard'])(
      'announce the match policy, which makes a separate entry: %s',
      async (match) => {
        const [, , exact] = await enter(one.client, 1, 'com.a');
        const [, , id] = await enter(one.client, 2, 'com.a', { match });
        expect(id).not.toBe(exact);
        expect(await heard(4)).toEqual([
          [on_create, one.id, ANY],
          [on_in, one.id, exact],
          [on_create, one.id, { id, created: ISO_8601, uri: 'com.a', match, ...more }],
          [on_in, one.id, id],
        ]);
      },
    );

    it('announce nothing if a request changes nothing', async () => {
      const [, , id] = await enter(one.client, 1, 'com.a');
      await heard(2);
      // A repeated request, an invalid URI, an entry of another session, an unknown entry.
      await enter(one.client, 2, 'com.a');
      await enter(two.client, 2, 'com..a');
      expect(await leave(two.client, 3, id)).toStartWith([MESSAGE.ERROR]);
      expect(await leave(one.client, 3, 777)).toStartWith([MESSAGE.ERROR]);
      await hearsNothing(observer);
    });

    it('go to all subscribed sessions except the one that they are about', async () => {
      await ask(one.client, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'wamp.');
      const [, , id] = await enter(one.client, 2, 'com.a');
      await leave(one.client, 3, id);
      await hearsNothing(one.client);
      await heard(4);
      const [, , other] = await enter(two.client, 2, 'com.a');
      expect((await one.client.next())[3]).toEqual({ topic: `wamp.${on_create}` });
      expect(await one.client.next()).toEqual([
        MESSAGE.EVENT,
        ANY,
        ANY,
        { topic: `wamp.${on_in}` },
        [two.id, other],
      ]);
      await hearsNothing(one.client, two.client);
    });

    it.each([
      ['GOODBYE', (client: RawClient) => client.send(GOODBYE)],
      ['a lost connection', (client: RawClient) => client.close()],
    ])('are the same if a session ends with %s', async (_how, go) => {
      const [, , shared] = await enter(one.client, 1, 'com.shared');
      await enter(two.client, 1, 'com.shared');
      const [, , own] = await enter(one.client, 2, 'com.own', { match: 'prefix' });
      await heard(5);
      go(one.client);
      expect(await heard(4)).toEqual([
        [on_out, one.id, shared],
        [on_out, one.id, own],
        [on_delete, one.id, own],
        ['session.on_leave', one.id, one.authid, 'anonymous'],
      ]);
    });

    it('have no topic in their details if the subscription is exact', async () => {
      await ask(two.client, MESSAGE.SUBSCRIBE, 1, {}, `wamp.${on_delete}`);
      const [, , id] = await enter(one.client, 1, 'com.a');
      await leave(one.client, 2, id);
      expect(await two.client.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}, [one.id, id]]);
      await hearsNothing(two.client);
    });
  });

  it('announce no subscriptions to the router’s own topics', async () => {
    const { client } = await member();
    await heard(1);
    const ids: unknown[] = [];
    for (const [at, [topic, match]] of [
      ['wamp.session.on_join', 'exact'],
      ['wamp', 'exact'],
      ['wamp.subscription.', 'prefix'],
      ['wamp..on_create', 'wildcard'],
    ].entries())
      ids.push((await ask(client, MESSAGE.SUBSCRIBE, at + 1, { match }, topic))[2]);
    await hearsNothing(observer);
    for (const [at, id] of ids.entries())
      expect(await ask(client, MESSAGE.UNSUBSCRIBE, at + 11, id)).toEqual([MESSAGE.UNSUBSCRIBED, at + 11]);
    await hearsNothing(observer);
  });

  it('announce for a forced registration first what is removed, then what is new', async () => {
    const [one, calleeWithoutRevocation, newCallee] = [
      await member(undefined, CAPABLE),
      await member(undefined, PLAIN_CALLEE),
      await member(),
    ];
    const [, , old] = await ask(one.client, MESSAGE.REGISTER, 1, { invoke: 'last' }, 'com.a');
    await ask(calleeWithoutRevocation.client, MESSAGE.REGISTER, 1, { invoke: 'last' }, 'com.a');
    await heard(6);
    const [, , id] = await ask(newCallee.client, MESSAGE.REGISTER, 1, { force_reregister: true }, 'com.a');
    expect(await heard(5)).toEqual([
      ['registration.on_unregister', one.id, old],
      ['registration.on_unregister', calleeWithoutRevocation.id, old],
      ['registration.on_delete', calleeWithoutRevocation.id, old],
      [
        'registration.on_create',
        newCallee.id,
        { id, created: ISO_8601, uri: 'com.a', match: 'exact', invoke: 'single' },
      ],
      ['registration.on_register', newCallee.id, id],
    ]);
    expect(await one.client.next()).toStartWith([MESSAGE.UNREGISTERED, 0]);
  });

  it('announce no registrations and subscriptions of another realm', async () => {
    const elsewhere = await join(undefined, 'realm2');
    await ask(elsewhere, MESSAGE.REGISTER, 1, {}, 'com.a');
    await ask(elsewhere, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    await hearsNothing(observer);
  });

  it('cannot be published by clients', async () => {
    const { client, id, authid } = await member();
    await heard(1);
    const leave = [id, authid, 'anonymous'];
    expect(
      await ask(client, MESSAGE.PUBLISH, 1, { acknowledge: true }, 'wamp.session.on_leave', leave),
    ).toStartWith([MESSAGE.ERROR, MESSAGE.PUBLISH, 1]);
    client.send([MESSAGE.PUBLISH, 2, {}, 'wamp.session.on_leave', leave]);
    await hearsNothing(client, observer);
  });

  it('reach every subscriber in the same order', async () => {
    const second = await join();
    await ask(second, MESSAGE.SUBSCRIBE, 1, { match: 'wildcard' }, 'wamp..');
    await heard(1);
    const actor = await member();
    for (let at = 1; at <= 5; at++) {
      await ask(actor.client, MESSAGE.REGISTER, at * 2, {}, `com.p${at}`);
      await ask(actor.client, MESSAGE.SUBSCRIBE, at * 2 + 1, {}, `com.t${at}`);
    }
    actor.client.send(GOODBYE);
    const all = await heard(1 + 20 + 20 + 1);
    const same: unknown[] = [];
    for (let at = 0; at < all.length; at++) {
      const [, , , details, args] = await second.next();
      same.push([(details as { topic: string }).topic.slice('wamp.'.length), ...(args as unknown[])]);
    }
    expect(same).toEqual(all);
  });
});

describe('the transport details of a session', () => {
  const { member, ask } = useRouter(caseNamed('WebSocket, json'));

  it('contain its transport, its serializer and its address', async () => {
    const observer = await member();
    await ask(observer.client, MESSAGE.SUBSCRIBE, 1, {}, 'wamp.session.on_join');
    await member();
    const [details] = (await observer.client.next())[4] as [{ transport: unknown }];
    expect(details.transport).toEqual({ type: 'websocket', serializer: 'json', peer: '127.0.0.1' });
  });
});

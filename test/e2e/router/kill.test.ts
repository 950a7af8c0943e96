import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import { ANY, CAPABLE, type Member, useRouter } from '../../support/contract.js';
import { ALICE, BOB, CAROL, GRANTED } from '../../support/granted-realm.js';
import { hello, rawOver } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const KILLED = [MESSAGE.GOODBYE, {}, 'wamp.close.killed'];
const KILLS = ['kill', 'kill_by_authid', 'kill_by_authrole', 'kill_all'] as const;
const HOW = { reason: 'com.example.maintenance', message: 'back at noon' };

describe.each(CONTRACT_MATRIX)('killing sessions over $name', (transport) => {
  const { host, connect, member, ask, call, hearsNothing } = useRouter(transport, { security: GRANTED });
  let admin: Member;
  beforeEach(async () => {
    admin = await member(ALICE);
  });

  /** Checks that a call of the admin gets this ERROR. */
  async function refused(uri: string, request: number, procedure: string, ...tail: unknown[]) {
    const answer = await ask(admin.client, MESSAGE.CALL, request, {}, procedure, ...tail);
    expect(answer).toEqual([MESSAGE.ERROR, MESSAGE.CALL, request, {}, uri, [expect.stringMatching(/ /)]]);
  }
  /** Replies to GOODBYE, as clients do. Then the router closes the connection. */
  async function goodbye({ client }: Member, expected: readonly unknown[]): Promise<void> {
    expect(await client.next()).toEqual(expected);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    expect(await client.closed).toBe(transport.name === 'WebSocket, json' ? 1000 : 0);
    expect(client.unread).toBe(0);
  }

  it('kill ends the session with the given ID and returns no value', async () => {
    const [bob, carol] = [await member(BOB), await member(CAROL)];
    expect(await ask(admin.client, MESSAGE.CALL, 1, {}, 'wamp.session.kill', [bob.id])).toEqual([
      MESSAGE.RESULT,
      1,
      {},
    ]);
    await goodbye(bob, KILLED);
    await hearsNothing(carol.client);
    expect(await call(admin.client, 2, 'wamp.session.list')).toEqual([admin.id, carol.id]);
    await refused('wamp.error.no_such_session', 3, 'wamp.session.kill', [bob.id]);
  });

  it.each([
    ['kill', ({ id }: Member) => [id]],
    ['kill_by_authid', ({ authid }: Member) => [authid]],
    ['kill_by_authrole', ({ authrole }: Member) => [authrole]],
    ['kill_all', () => []],
  ])('%s sends its reason and message in GOODBYE', async (procedure, args) => {
    const uri = `wamp.session.${procedure}`;
    for (const [kwargs, expected] of [
      [HOW, [MESSAGE.GOODBYE, { message: HOW.message }, HOW.reason]],
      [{ reason: HOW.reason }, [MESSAGE.GOODBYE, {}, HOW.reason]],
      [{ message: HOW.message }, [MESSAGE.GOODBYE, { message: HOW.message }, 'wamp.close.killed']],
      [{ reason: null, message: null }, KILLED],
      [{}, KILLED],
    ] as const) {
      const bob = await member(BOB);
      expect(await ask(admin.client, MESSAGE.CALL, bob.id, {}, uri, args(bob), kwargs)).toStartWith([
        MESSAGE.RESULT,
        bob.id,
      ]);
      await goodbye(bob, expected);
    }
  });

  it.each(KILLS)(
    '%s refuses a reason that is not a URI and a message that is not a string, and kills nobody',
    async (name) => {
      const bob = await member(BOB);
      const args = { kill: [bob.id], kill_by_authid: ['bob'], kill_by_authrole: ['staff'], kill_all: [] }[
        name
      ];
      const reasons = ['', 'a b', 'a..b', '.', 'a#b', 'a'.repeat(5000), 7, false, {}, []];
      for (const [at, reason] of reasons.entries())
        await refused('wamp.error.invalid_uri', at + 1, `wamp.session.${name}`, args, { reason });
      for (const [at, message] of [7, false, {}, []].entries())
        await refused('wamp.error.invalid_argument', at + 50, `wamp.session.${name}`, args, { message });
      await hearsNothing(bob.client);
    },
  );

  it.each([
    ['its own ID', ({ id }: Member) => [id]],
    ['an unknown ID', () => [12345]],
    ['no ID', () => []],
    ['null', () => [null]],
    ['0', () => [0]],
    ['a negative number', () => [-1]],
    ['a fraction', () => [1.5]],
    ['text', ({ id }: Member) => [String(id)]],
    ['a list', ({ id }: Member) => [[id]]],
    ['a dictionary', () => [{}]],
  ])('kill refuses %s with no_such_session', async (_what, args) => {
    await refused('wamp.error.no_such_session', 1, 'wamp.session.kill', args(admin));
    await hearsNothing(admin.client);
  });

  it('affects neither sessions of another realm nor those in the process of the router', async () => {
    const [ours, theirs] = localPeers();
    host().router.attach(theirs, IN_PROCESS);
    const trusted = rawOver(ours);
    const [, id] = await hello(trusted, 'realm1', { roles: { callee: {} }, authid: 'part' });
    const stranger = await member(BOB, {}, 'realm2');
    for (const [at, other] of [id, stranger.id].entries())
      await refused('wamp.error.no_such_session', at + 1, 'wamp.session.kill', [other]);
    expect(await call(admin.client, 3, 'wamp.session.kill_by_authid', ['part'])).toEqual([]);
    expect(await call(admin.client, 4, 'wamp.session.kill_by_authid', ['bob'])).toEqual([]);
    expect(await call(admin.client, 5, 'wamp.session.kill_by_authrole', ['trusted'])).toBe(0);
    expect(await call(admin.client, 6, 'wamp.session.kill_by_authrole', ['staff'])).toBe(0);
    expect(await call(admin.client, 7, 'wamp.session.kill_all')).toBe(0);
    await hearsNothing(stranger.client, trusted);
    trusted.close();
  });

  it('kill_by_authid ends all sessions with a name except the caller, and returns their IDs', async () => {
    const [twin, one, two, carol] = [
      await member(ALICE),
      await member(BOB),
      await member(BOB),
      await member(CAROL),
    ];
    expect(await call(admin.client, 1, 'wamp.session.kill_by_authid', ['bob'])).toEqual([one.id, two.id]);
    for (const victim of [one, two]) await goodbye(victim, KILLED);
    expect(await call(admin.client, 2, 'wamp.session.kill_by_authid', ['alice'])).toEqual([twin.id]);
    await goodbye(twin, KILLED);
    expect(await call(admin.client, 3, 'wamp.session.kill_by_authid', ['nobody'])).toEqual([]);
    await hearsNothing(carol.client, admin.client);
  });

  it('kill_by_authrole ends all sessions with a role except the caller, and returns their number', async () => {
    const [twin, bob, carol, nobody] = [
      await member(ALICE),
      await member(BOB),
      await member(CAROL),
      await member(),
    ];
    expect(await call(admin.client, 1, 'wamp.session.kill_by_authrole', ['staff'])).toBe(2);
    for (const victim of [bob, carol]) await goodbye(victim, KILLED);
    expect(await call(admin.client, 2, 'wamp.session.kill_by_authrole', ['admins'])).toBe(1);
    await goodbye(twin, KILLED);
    expect(await call(admin.client, 3, 'wamp.session.kill_by_authrole', ['admins'])).toBe(0);
    await hearsNothing(nobody.client, admin.client);
  });

  it.each([
    ['kill_by_authid', []],
    ['kill_by_authid', [null]],
    ['kill_by_authid', [7]],
    ['kill_by_authid', [['bob']]],
    ['kill_by_authrole', []],
    ['kill_by_authrole', [true]],
    ['kill_by_authrole', [{}]],
  ])('%s refuses the argument %j', async (name, args) => {
    const bob = await member(BOB);
    await refused('wamp.error.invalid_argument', 1, `wamp.session.${name}`, args);
    await hearsNothing(bob.client);
  });

  it('kill_all ends all sessions except the caller without meta events, and returns their number', async () => {
    await ask(admin.client, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'wamp.');
    await ask(admin.client, MESSAGE.SUBSCRIBE, 2, {}, 'com.last_words');
    const others = [await member(ALICE), await member(BOB), await member()];
    for (const _ of others) await admin.client.next();
    for (const { client } of others) {
      await ask(client, MESSAGE.CALL, 1, {}, 'wamp.session.add_testament', ['com.last_words']);
      await ask(client, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    }
    for (let event = 0; event < 4; event++) await admin.client.next();
    expect(await ask(admin.client, MESSAGE.CALL, 3, {}, 'wamp.session.kill_all', [], HOW)).toEqual([
      MESSAGE.RESULT,
      3,
      {},
      [3],
    ]);
    for (const victim of others)
      await goodbye(victim, [MESSAGE.GOODBYE, { message: HOW.message }, HOW.reason]);
    await hearsNothing(admin.client);
    // Only the sessions of that moment leave without meta events; later ones are announced again.
    const late = await member(BOB);
    expect((await admin.client.next())[4]).toMatchObject([{ session: late.id }]);
  });

  describe('after a session is killed', () => {
    it('the router ends its calls in both directions, its registrations and its subscriptions', async () => {
      const [bob, carol] = [await member(BOB, CAPABLE), await member(CAROL, CAPABLE)];
      await ask(bob.client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.shared');
      await ask(carol.client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.shared');
      await ask(bob.client, MESSAGE.REGISTER, 2, {}, 'com.bobs');
      await ask(carol.client, MESSAGE.REGISTER, 2, {}, 'com.carols');
      await ask(bob.client, MESSAGE.SUBSCRIBE, 3, {}, 'com.t');
      bob.client.send([MESSAGE.CALL, 4, {}, 'com.carols']);
      expect(await carol.client.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      carol.client.send([MESSAGE.CALL, 4, {}, 'com.bobs']);
      expect(await bob.client.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      // A call to itself: it gets neither a response nor an INTERRUPT.
      expect(await ask(bob.client, MESSAGE.CALL, 5, {}, 'com.bobs')).toStartWith([MESSAGE.INVOCATION, 2]);

      await call(admin.client, 1, 'wamp.session.kill', [bob.id]);
      const canceled = { mode: 'killnowait', reason: 'wamp.error.canceled' };
      const heard = [await carol.client.next(), await carol.client.next()];
      expect(heard).toContainEqual([MESSAGE.INTERRUPT, 1, canceled]);
      expect(heard).toContainEqual([MESSAGE.ERROR, MESSAGE.CALL, 4, {}, 'wamp.error.canceled', [ANY]]);
      await goodbye(bob, KILLED);

      carol.client.send([MESSAGE.YIELD, 1, {}, ['too late']]);
      expect(host().router.counts()).toMatchObject({
        sessions: 2,
        registrations: 2,
        subscriptions: 0,
        pendingCalls: 0,
      });
      expect(await ask(admin.client, MESSAGE.CALL, 2, {}, 'com.bobs')).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        2,
        {},
        'wamp.error.no_such_procedure',
      ]);
      admin.client.send([MESSAGE.CALL, 3, {}, 'com.shared']);
      expect(await carol.client.next()).toStartWith([MESSAGE.INVOCATION, 2]);
      carol.client.send([MESSAGE.YIELD, 2, {}]);
      expect(await admin.client.next()).toEqual([MESSAGE.RESULT, 3, {}]);
    });

    it('the router ignores its messages, even HELLO', async () => {
      const bob = await member(BOB);
      await call(admin.client, 1, 'wamp.session.kill', [bob.id]);
      expect(await bob.client.next()).toEqual(KILLED);
      bob.client.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
      bob.client.send([MESSAGE.HELLO, 'realm1', { roles: { callee: {} } }]);
      bob.client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
      await bob.client.closed;
      expect(bob.client.unread).toBe(0);
      expect(host().router.counts()).toMatchObject({ sessions: 1, registrations: 0 });
    });

    it('other sessions get its events, then on_leave', async () => {
      await ask(admin.client, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'wamp.');
      await ask(admin.client, MESSAGE.SUBSCRIBE, 2, {}, 'com.last_words');
      const bob = await member(BOB);
      const { client } = bob;
      await ask(client, MESSAGE.REGISTER, 1, {}, 'com.a');
      await ask(client, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
      await ask(client, MESSAGE.CALL, 3, {}, 'wamp.session.add_testament', ['com.last_words']);
      for (let event = 0; event < 5; event++) await admin.client.next();
      admin.client.send([MESSAGE.CALL, 3, {}, 'wamp.session.kill', [bob.id]]);
      const heard: unknown[] = [];
      while (heard.at(-1) !== 'result') {
        const [code, , , details] = await admin.client.next();
        heard.push(
          code === MESSAGE.RESULT ? 'result' : ((details as { topic?: string }).topic ?? 'testament'),
        );
      }
      expect(heard).toEqual([
        'wamp.subscription.on_unsubscribe',
        'wamp.subscription.on_delete',
        'wamp.registration.on_unregister',
        'wamp.registration.on_delete',
        'testament',
        'wamp.session.on_leave',
        'result',
      ]);
    });
  });

  describe('in a realm with grants', () => {
    it.each(KILLS)('%s is refused without a grant', async (name) => {
      const [bob, carol] = [await member(BOB), await member(CAROL)];
      const args = { kill: [carol.id], kill_by_authid: ['carol'], kill_by_authrole: ['staff'], kill_all: [] }[
        name
      ];
      expect(await ask(bob.client, MESSAGE.CALL, 1, {}, `wamp.session.${name}`, args)).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.not_authorized',
        [ANY],
      ]);
      await hearsNothing(carol.client, admin.client);
    });
  });

  it('affects no session that is still joining', async () => {
    const guest = await connect();
    expect(await call(admin.client, 1, 'wamp.session.kill_all')).toBe(0);
    expect((await hello(guest))[0]).toBe(MESSAGE.WELCOME);
  });
});

describe.each(CONTRACT_MATRIX)('killing sessions in a realm without grants, over $name', (transport) => {
  const { member, ask, hearsNothing } = useRouter(transport);

  it.each(KILLS)('%s is refused to everybody', async (name) => {
    const [one, other] = [await member(), await member()];
    const args = {
      kill: [other.id],
      kill_by_authid: [other.authid],
      kill_by_authrole: ['anonymous'],
      kill_all: [],
    }[name];
    for (const kwargs of [{}, { reason: 'not a URI' }]) {
      expect(await ask(one.client, MESSAGE.CALL, 1, {}, `wamp.session.${name}`, args, kwargs)).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.not_authorized',
        [ANY],
      ]);
    }
    await hearsNothing(other.client);
  });
});

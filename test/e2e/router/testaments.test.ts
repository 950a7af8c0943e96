import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, type Member, useRouter } from '../../support/contract.js';
import { ALICE, BOB, CAROL, GRANTED } from '../../support/granted-realm.js';
import { LIMITS } from '../../support/limits.js';
import { hello, type RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const ADD = 'wamp.session.add_testament';
const FLUSH = 'wamp.session.flush_testaments';
const GOODBYE = [MESSAGE.GOODBYE, {}, 'wamp.close.normal'];

describe.each(CONTRACT_MATRIX)('testaments over $name', (transport) => {
  const { host, connect, join, member, ask, hearsNothing } = useRouter(transport, {
    limits: { ...LIMITS, maxTestaments: 3 },
  });
  let heir: RawClient;
  let testator: Member;
  beforeEach(async () => {
    heir = await join();
    testator = await member();
    expect(await ask(heir, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.')).toStartWith([
      MESSAGE.SUBSCRIBED,
      1,
    ]);
  });

  let request = 0;
  /** The response to a call, without its request ID. */
  async function answerTo(procedure: string, args?: unknown, kwargs?: object, client = testator.client) {
    const answer = await ask(client, MESSAGE.CALL, ++request, {}, procedure, args ?? [], kwargs ?? {});
    return answer[0] === MESSAGE.ERROR ? answer[4] : answer.filter((_, at) => at !== 1);
  }
  const DONE = [MESSAGE.RESULT, {}];
  const add = async (...tail: [args: unknown[], kwargs?: object]) =>
    expect(await answerTo(ADD, ...tail)).toEqual(DONE);
  /** The topics of the events that the heir gets, or their arguments if they have some. */
  async function heard(count: number): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let at = 0; at < count; at++) {
      const event = await heir.next();
      expect(event).toStartWith([MESSAGE.EVENT, ANY, ANY, { topic: ANY }]);
      all.push((event[4] as unknown[] | undefined)?.[0] ?? (event[3] as { topic: string }).topic);
    }
    await hearsNothing(heir);
    return all;
  }

  it.each([
    ['sends GOODBYE', ({ client }: Member) => client.send(GOODBYE)],
    ['loses its connection', ({ client }: Member) => client.close()],
    ['sends ABORT', ({ client }: Member) => client.send([MESSAGE.ABORT, {}, 'com.example.fed_up'])],
    ['breaks the protocol', ({ client }: Member) => client.send([MESSAGE.REGISTERED, 1, 1])],
  ])('are published unchanged when their session %s', async (_how, go) => {
    await add(['com.one', ['a', 1], { k: null }]);
    await add(['com.two']);
    await add(['com.three', null, null], { scope: null, publish_options: null });
    await hearsNothing(heir);
    go(testator);
    const events = [await heir.next(), await heir.next(), await heir.next()];
    expect(events).toEqual([
      [MESSAGE.EVENT, 1, ANY, { topic: 'com.one' }, ['a', 1], { k: null }],
      [MESSAGE.EVENT, 1, ANY, { topic: 'com.two' }],
      [MESSAGE.EVENT, 1, ANY, { topic: 'com.three' }],
    ]);
    expect(new Set(events.map((event) => event[2])).size).toBe(3);
    await hearsNothing(heir);
  });

  it('are published in their order, those with scope detached first', async () => {
    await add(['com.t', ['destroyed 1']]);
    await add(['com.t', ['detached 1']], { scope: 'detached' });
    await add(['com.t', ['destroyed 2']], { scope: 'destroyed' });
    expect(await answerTo(ADD, ['com.t', ['one more']], { scope: 'detached' })).toBe(
      'bondy.error.too_many_requests',
    );
    testator.client.send(GOODBYE);
    expect(await heard(3)).toEqual(['detached 1', 'destroyed 1', 'destroyed 2']);
  });

  it.each([
    ['destroyed if the call names none', {}, ['detached']],
    ['destroyed', { scope: 'destroyed' }, ['detached']],
    ['detached', { scope: 'detached' }, ['destroyed 1', 'destroyed 2']],
  ])('are flushed by scope: %s', async (_what, kwargs, left) => {
    const other = await member();
    await answerTo(ADD, ['com.t', ['another’s']], {}, other.client);
    await add(['com.t', ['destroyed 1']]);
    await add(['com.t', ['detached']], { scope: 'detached' });
    await add(['com.t', ['destroyed 2']]);
    expect(await answerTo(FLUSH, [], kwargs)).toEqual(DONE);
    // A second flush is not an error, and there is room again.
    expect(await answerTo(FLUSH, [], kwargs)).toEqual(DONE);
    await add(['com.t', ['after']]);
    testator.client.send(GOODBYE);
    expect(await heard(left.length + 1)).toEqual([...left, 'after']);
    other.client.send(GOODBYE);
    expect(await heard(1)).toEqual(['another’s']);
  });

  it('are published after the events of removed entries and before on_leave of the session', async () => {
    await ask(heir, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'wamp.');
    await ask(testator.client, MESSAGE.REGISTER, 1, {}, 'com.a');
    await ask(testator.client, MESSAGE.SUBSCRIBE, 2, {}, 'com.unheard');
    for (let event = 0; event < 4; event++) await heir.next();
    await add(['com.t']);
    testator.client.send(GOODBYE);
    const topics: unknown[] = [];
    for (let event = 0; event < 6; event++) topics.push(((await heir.next())[3] as { topic: string }).topic);
    expect(topics).toEqual([
      'wamp.subscription.on_unsubscribe',
      'wamp.subscription.on_delete',
      'wamp.registration.on_unregister',
      'wamp.registration.on_delete',
      'com.t',
      'wamp.session.on_leave',
    ]);
  });

  it('belong to the session, not to the connection', async () => {
    await add(['com.t', ['first session']]);
    testator.client.send(GOODBYE);
    expect(await testator.client.next()).toStartWith([MESSAGE.GOODBYE]);
    expect(await heard(1)).toEqual(['first session']);
    expect((await hello(testator.client))[0]).toBe(MESSAGE.WELCOME);
    await add(['com.t', ['second session']]);
    testator.client.close();
    expect(await heard(1)).toEqual(['second session']);
  });

  describe('with options', () => {
    it('are published to the sessions that all lists allow', async () => {
      const [one, two] = [await member(), await member()];
      for (const { client } of [one, two]) await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
      await add(['com.t', ['for one']], { publish_options: { eligible: [one.id] } });
      await add(['com.t', ['not for two']], { publish_options: { exclude_authid: [two.authid] } });
      await add(['com.t', ['for nobody']], { publish_options: { eligible_authrole: [] } });
      testator.client.send(GOODBYE);
      expect((await one.client.next())[4]).toEqual(['for one']);
      expect((await one.client.next())[4]).toEqual(['not for two']);
      expect(await heard(1)).toEqual(['not for two']);
      await hearsNothing(one.client, two.client);
    });

    it('are published with the name of their publisher if it asked for that, and are retained', async () => {
      await add(['com.t', ['bye']], { publish_options: { disclose_me: true, retain: true } });
      testator.client.send(GOODBYE);
      const identity = {
        publisher: testator.id,
        publisher_authid: testator.authid,
        publisher_authrole: 'anonymous',
      };
      expect(await heir.next()).toEqual([MESSAGE.EVENT, 1, ANY, { topic: 'com.t', ...identity }, ['bye']]);
      const late = await join();
      await ask(late, MESSAGE.SUBSCRIBE, 1, { get_retained: true }, 'com.t');
      expect(await late.next()).toEqual([MESSAGE.EVENT, ANY, ANY, { ...identity, retained: true }, ['bye']]);
    });

    it('are published without acknowledgement, and not to their publisher', async () => {
      await ask(testator.client, MESSAGE.SUBSCRIBE, 90, {}, 'com.t');
      await add(['com.t', ['bye']], { publish_options: { acknowledge: true, exclude_me: false } });
      expect(await ask(testator.client, ...GOODBYE)).toEqual([
        MESSAGE.GOODBYE,
        {},
        'wamp.close.goodbye_and_out',
      ]);
      expect(await heard(1)).toEqual(['bye']);
      expect(testator.client.unread).toBe(0);
    });

    it('are published packed if the session announced that', async () => {
      const packed = { ppt_scheme: 'x_mine', ppt_serializer: 'cbor' };
      expect(await answerTo(ADD, ['com.t', ['\0cGFja2Vk']], { publish_options: packed })).toBe(
        'wamp.error.invalid_argument',
      );
      const capable = await member(undefined, CAPABLE);
      expect(
        await answerTo(ADD, ['com.t', ['\0cGFja2Vk']], { publish_options: packed }, capable.client),
      ).toEqual(DONE);
      capable.client.send(GOODBYE);
      expect(await heir.next()).toEqual([
        MESSAGE.EVENT,
        1,
        ANY,
        { topic: 'com.t', ...packed },
        ['\0cGFja2Vk'],
      ]);
    });
  });

  it.each([
    ['no topic', [], {}, 'invalid_argument'],
    ['a topic that is not a string', [7], {}, 'invalid_argument'],
    ['a topic that is not a URI', ['com..t'], {}, 'invalid_uri'],
    ['an empty topic', [''], {}, 'invalid_uri'],
    ['a topic that is too long', ['a'.repeat(5000)], {}, 'invalid_uri'],
    ['a topic of the router’s', ['wamp.session.on_leave', []], {}, 'invalid_uri'],
    ['arguments that are not a list', ['com.t', 'x'], {}, 'invalid_argument'],
    ['keyword arguments that are not a dictionary', ['com.t', [], []], {}, 'invalid_argument'],
    ['options that are not a dictionary', ['com.t'], { publish_options: [] }, 'invalid_argument'],
    ['options of a wrong type', ['com.t'], { publish_options: { retain: 1 } }, 'invalid_argument'],
    ['invalid IDs', ['com.t'], { publish_options: { eligible: ['x'] } }, 'invalid_argument'],
    ['an unknown scope', ['com.t'], { scope: 'frozen' }, 'invalid_argument'],
    ['a scope that is not a string', ['com.t'], { scope: 1 }, 'invalid_argument'],
  ])('are refused with %s', async (_what, args, kwargs, error) => {
    expect(await answerTo(ADD, args, kwargs)).toBe(`wamp.error.${error}`);
    testator.client.send(GOODBYE);
    expect(await testator.client.next()).toStartWith([MESSAGE.GOODBYE]);
    await hearsNothing(heir);
  });

  it.each([['frozen'], [1], [[]]])('are not flushed by the scope %j', async (scope) => {
    await add(['com.t']);
    expect(await answerTo(FLUSH, [], { scope })).toBe('wamp.error.invalid_argument');
    testator.client.send(GOODBYE);
    expect(await heard(1)).toEqual(['com.t']);
  });

  it('are refused beyond the limit of their total size, and those that were accepted stay', async () => {
    await add(['com.t', ['first', 'x'.repeat(6000)]]);
    expect(await answerTo(ADD, ['com.t', ['second', 'x'.repeat(6000)]])).toBe(
      'bondy.error.too_many_requests',
    );
    expect(await answerTo(ADD, ['com.t', ['third', 'x'.repeat(60_000)]])).toBe(
      'bondy.error.too_many_requests',
    );
    testator.client.send(GOODBYE);
    expect(await heard(1)).toEqual(['first']);
  });

  it('are not published when the router closes, nor is on_leave', async () => {
    await add(['com.t']);
    // The first session is closed first: this one is still there when the testator leaves.
    const last = await join();
    for (const [at, prefix] of ['com.', 'wamp.'].entries())
      await ask(last, MESSAGE.SUBSCRIBE, at + 1, { match: 'prefix' }, prefix);
    const closing = host().router.close();
    expect(await last.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    for (const client of [heir, testator.client, last])
      client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await closing;
    await last.closed;
    expect(last.unread).toBe(0);
  });

  it('are refused to a session that is still joining', async () => {
    const guest = await connect();
    expect(await ask(guest, MESSAGE.CALL, 1, {}, ADD, ['com.t'])).toStartWith([MESSAGE.ABORT]);
    await hearsNothing(heir);
  });
});

describe.each(CONTRACT_MATRIX)('testaments in a realm that refuses disclosure, over $name', (transport) => {
  const { join, ask } = useRouter(transport, { rules: () => ({ disclosure: 'refuse' }) });

  it('are refused if they disclose their publisher', async () => {
    const options = { publish_options: { disclose_me: true } };
    expect(await ask(await join(), MESSAGE.CALL, 1, {}, ADD, ['com.t'], options)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.option_disallowed.disclose_me',
      [ANY],
    ]);
  });
});

describe.each(CONTRACT_MATRIX)('testaments in a realm with grants, over $name', (transport) => {
  const { member, ask, call, hearsNothing } = useRouter(transport, { security: GRANTED });

  it('are refused without a grant to publish to their topics', async () => {
    const { client } = await member(BOB);
    expect(await ask(client, MESSAGE.CALL, 1, {}, ADD, ['org.t'])).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.not_authorized',
    ]);
    expect(await ask(client, MESSAGE.CALL, 2, {}, ADD, ['com.t'])).toEqual([MESSAGE.RESULT, 2, {}]);
  });

  it('are published for a killed session, but not after kill_all', async () => {
    const [admin, bob, carol] = [await member(ALICE), await member(BOB), await member(CAROL)];
    await ask(admin.client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    for (const { client, authid } of [bob, carol])
      await ask(client, MESSAGE.CALL, 1, {}, ADD, ['com.t', [authid]]);
    admin.client.send([MESSAGE.CALL, 2, {}, 'wamp.session.kill', [bob.id]]);
    expect((await admin.client.next())[4]).toEqual(['bob']);
    expect(await admin.client.next()).toEqual([MESSAGE.RESULT, 2, {}]);
    expect(await call(admin.client, 3, 'wamp.session.kill_all')).toBe(1);
    expect(await carol.client.next()).toStartWith([MESSAGE.GOODBYE]);
    await hearsNothing(admin.client);
  });
});

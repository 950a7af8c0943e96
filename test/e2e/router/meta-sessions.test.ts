import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import { ANY, transportDetails, useRouter } from '../../support/contract.js';
import { FRAMES } from '../../support/frames.js';
import { ALICE, BOB, GRANTED } from '../../support/granted-realm.js';
import { ALL_ROLES, connectRaw, hello, rawOver } from '../../support/raw-client.js';
import { CONTRACT_MATRIX, caseNamed } from '../../support/transport-matrix.js';

const LISTS = ['wamp.session.count', 'wamp.session.list'] as const;

describe.each(CONTRACT_MATRIX)('the session meta API over $name', (transport) => {
  const { host, connect, join, member, ask, call } = useRouter(transport, { security: GRANTED });

  it('returns the number and the IDs of sessions, for given roles if asked', async () => {
    const [alice, bob, nobody] = [await member(ALICE), await member(BOB), await member()];
    await member(BOB, {}, 'realm2');
    await connect();
    const all = [alice.id, bob.id, nobody.id];
    let request = 0;
    for (const [args, expected] of [
      [[], all],
      [[null], all],
      [[['staff']], [bob.id]],
      [[['staff', 'admins', 'nothing']], [alice.id, bob.id]],
      [[['anonymous']], [nobody.id]],
      [[['nothing']], []],
      [[[]], []],
    ] as const) {
      expect(await call(alice.client, ++request, 'wamp.session.count', args)).toBe(expected.length);
      expect(await call(alice.client, ++request, 'wamp.session.list', args)).toEqual(expected);
    }
    bob.client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
    expect(await bob.client.next()).toStartWith([MESSAGE.GOODBYE]);
    expect(await call(alice.client, ++request, 'wamp.session.list')).toEqual([alice.id, nobody.id]);
  });

  it.each(LISTS)('%s refuses an argument that is not a list of roles', async (procedure) => {
    const { client } = await member(ALICE);
    for (const [at, wrong] of ['staff', 7, true, {}, [7], ['staff', null]].entries())
      expect(await ask(client, MESSAGE.CALL, at + 1, {}, procedure, [wrong])).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        at + 1,
        {},
        'wamp.error.invalid_argument',
        [ANY],
      ]);
  });

  it('returns the details of the session of the caller and of other sessions', async () => {
    const [alice, bob] = [await member(ALICE), await member(BOB)];
    for (const { id, authid, authrole } of [alice, bob]) {
      expect(await call(alice.client, id, 'wamp.session.get', [id])).toEqual({
        session: id,
        authid,
        authrole,
        authmethod: 'ticket',
        authprovider: 'static',
        transport: transportDetails(transport),
      });
    }
  });

  it.each([
    ['an unknown ID', [12345], 'no_such_session'],
    ['nothing', [], 'invalid_argument'],
    ['null', [null], 'invalid_argument'],
    ['0', [0], 'invalid_argument'],
    ['a fraction', [1.5], 'invalid_argument'],
    ['text', ['1'], 'invalid_argument'],
    ['a list', [[1]], 'invalid_argument'],
  ])('returns an error for %s', async (_what, args, error) => {
    const { client } = await member(ALICE);
    expect(await ask(client, MESSAGE.CALL, 1, {}, 'wamp.session.get', args)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      `wamp.error.${error}`,
      [expect.stringMatching(/ /)],
    ]);
  });

  it('returns nothing about sessions of another realm or of the router’s process', async () => {
    const [alice, elsewhere] = [await member(ALICE), await member(BOB, {}, 'realm2')];
    const [ours, theirs] = localPeers();
    host().router.attach(theirs, IN_PROCESS);
    const part = rawOver(ours);
    const [, id] = await hello(part);
    for (const [at, hidden] of [elsewhere.id, id].entries())
      expect(await ask(alice.client, MESSAGE.CALL, at + 1, {}, 'wamp.session.get', [hidden])).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        at + 1,
        {},
        'wamp.error.no_such_session',
      ]);
    expect(await call(alice.client, 3, 'wamp.session.list')).toEqual([alice.id]);
    part.close();
  });

  it('is refused without a grant', async () => {
    const { client } = await member(BOB);
    for (const [at, procedure] of [...LISTS, 'wamp.session.get', 'wamp.registration.list'].entries())
      expect(await ask(client, MESSAGE.CALL, at + 1, {}, procedure, [])).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        at + 1,
        {},
        'wamp.error.not_authorized',
      ]);
  });

  it.each([
    'wamp',
    'wamp.session',
    'wamp.session.nothing',
    'wamp.subscription.get_events',
    'wamp.Session.count',
  ])('has no procedure %s', async (procedure) => {
    const { client } = await member(ALICE);
    const [, , , , uri] = await ask(client, MESSAGE.CALL, 1, {}, procedure);
    expect(uri).toBe(procedure === 'wamp' ? 'wamp.error.not_authorized' : 'wamp.error.no_such_procedure');
  });

  it.each([
    ['progress', { receive_progress: true }],
    ['a timeout', { timeout: 1 }],
    ['disclosure of its caller', { disclose_me: true }],
  ])('returns a result to a call with %s', async (_what, options) => {
    const { client } = await member(ALICE);
    expect(await ask(client, MESSAGE.CALL, 1, options, 'wamp.session.count')).toEqual([
      MESSAGE.RESULT,
      1,
      {},
      [1],
    ]);
  });

  it('serves clients that announce only the role caller', async () => {
    const client = await join({ roles: { caller: {} } });
    expect(await ask(client, MESSAGE.CALL, 1, {}, 'com.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
    ]);
  });
});

/** Session IDs have up to 53 bits. Each format writes them in its own way. */
describe.each(FRAMES)('session IDs in $name', (frames) => {
  const { host, session } = useRouter(caseNamed('WebSocket, json'), { rules: () => ({}) });

  it('can be sent back as the router returned them', async () => {
    const observed = await session();
    const client = await connectRaw(host().url, frames);
    const [, own] = await hello(client, 'realm1', { roles: ALL_ROLES });
    const ask = async (...message: unknown[]) => {
      client.send(message);
      return client.next();
    };
    expect(await ask(MESSAGE.CALL, 1, {}, 'wamp.session.list')).toEqual([
      MESSAGE.RESULT,
      1,
      {},
      [[observed.id, own]],
    ]);
    const id = frames.name === 'json' ? observed.id : BigInt(observed.id);
    expect(await ask(MESSAGE.CALL, 2, {}, 'wamp.session.get', [id])).toEqual([MESSAGE.RESULT, 2, {}, [ANY]]);
    // wampy writes them as a double, in both binary formats.
    expect(await ask(MESSAGE.CALL, 3, {}, 'wamp.session.get', [observed.id])).toEqual([
      MESSAGE.RESULT,
      3,
      {},
      [expect.objectContaining({ session: observed.id })],
    ]);
    const events: unknown[] = [];
    await observed.subscribe('com.t', {}, ({ args }) => events.push(...(args as unknown[])));
    expect(
      await ask(MESSAGE.PUBLISH, 4, { acknowledge: true, eligible: [id] }, 'com.t', ['eligible']),
    ).toStartWith([MESSAGE.PUBLISHED, 4]);
    expect(
      await ask(MESSAGE.PUBLISH, 5, { acknowledge: true, exclude: [id] }, 'com.t', ['excluded']),
    ).toStartWith([MESSAGE.PUBLISHED, 5]);
    expect(await ask(MESSAGE.PUBLISH, 6, { acknowledge: true }, 'com.t', ['last'])).toStartWith([
      MESSAGE.PUBLISHED,
      6,
    ]);
    await expect.poll(() => events).toContain('last');
    expect(events).toEqual(['eligible', 'last']);
    client.close();
  });
});

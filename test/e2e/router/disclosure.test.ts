import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import { ANY, CAPABLE, type Member, useRouter } from '../../support/contract.js';
import { ALICE, BOB, GRANTED } from '../../support/granted-realm.js';
import { hello, rawOver } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const caller = ({ id, authid, authrole }: Member) => ({
  caller: id,
  caller_authid: authid,
  caller_authrole: authrole,
});
const publisher = ({ id, authid, authrole }: Member) => ({
  publisher: id,
  publisher_authid: authid,
  publisher_authrole: authrole,
});

/** Values of a disclosure option. */
const OPTION_VALUES = [
  ['asks', true],
  ['says no', false],
  ['says null', null],
  ['says nothing', undefined],
] as const;
const WHO = [
  ['a user', BOB],
  ['anonymous', undefined],
] as const;
const MATCHES = [
  ['exact', 'com.a.b'],
  ['prefix', 'com.a'],
  ['wildcard', 'com..b'],
] as const;

describe.each(CONTRACT_MATRIX)('disclosure over $name', (transport) => {
  const { join, member, ask, hearsNothing } = useRouter(transport, { security: GRANTED });

  describe.each(WHO)('of a caller that is %s', (_who, login) => {
    // The callee's option is enough, because WAMP gives the caller no way to refuse. Without either
    // option nothing is disclosed.
    it.each(
      MATCHES.flatMap(([match, uri]) =>
        OPTION_VALUES.flatMap(([says, option]) =>
          OPTION_VALUES.map(
            ([calleeSays, calleeOption]) => [says, calleeSays, match, uri, option, calleeOption] as const,
          ),
        ),
      ),
    )(
      'follows the options if the caller %s, the callee %s, and the registration has match %s',
      async (_says, _calleeSays, match, uri, option, calleeOption) => {
        const [callee, one] = [await join(), await member(login)];
        const options = { match, ...(calleeOption !== undefined && { disclose_caller: calleeOption }) };
        await ask(callee, MESSAGE.REGISTER, 1, options, uri);
        one.client.send([MESSAGE.CALL, 1, option === undefined ? {} : { disclose_me: option }, 'com.a.b']);
        expect(await callee.next()).toEqual([
          MESSAGE.INVOCATION,
          1,
          ANY,
          {
            ...((option === true || calleeOption === true) && caller(one)),
            ...(match !== 'exact' && { procedure: 'com.a.b' }),
          },
        ]);
        callee.send([MESSAGE.YIELD, 1, {}]);
        // The result tells the caller nothing about the callee.
        expect(await one.client.next()).toEqual([MESSAGE.RESULT, 1, {}]);
      },
    );
  });

  it('goes only to the callee that asked for it when a call is rerouted', async () => {
    const [curious, other, one] = [await join(CAPABLE), await join(CAPABLE), await member(BOB)];
    await ask(curious, MESSAGE.REGISTER, 1, { invoke: 'first', disclose_caller: true }, 'com.a');
    await ask(other, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
    for (const [request, options] of [{}, { disclose_me: true }].entries()) {
      one.client.send([MESSAGE.CALL, request + 1, options, 'com.a']);
      expect(await curious.next()).toEqual([MESSAGE.INVOCATION, request + 1, ANY, caller(one)]);
      curious.send([MESSAGE.ERROR, MESSAGE.INVOCATION, request + 1, {}, 'wamp.error.unavailable']);
      expect(await other.next()).toEqual([
        MESSAGE.INVOCATION,
        request + 1,
        ANY,
        request === 0 ? {} : caller(one),
      ]);
    }
  });

  it('names each calling session by its own name', async () => {
    const callee = await join();
    await ask(callee, MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.a');
    const members = [await member(BOB), await member(), await member(ALICE), await member(BOB)];
    for (const [at, one] of members.entries()) {
      one.client.send([MESSAGE.CALL, 1, {}, 'com.a']);
      expect(await callee.next()).toEqual([MESSAGE.INVOCATION, at + 1, ANY, caller(one)]);
    }
  });

  it('is the same for a session that calls itself', async () => {
    const one = await member(BOB);
    await ask(one.client, MESSAGE.REGISTER, 1, {}, 'com.a');
    expect(await ask(one.client, MESSAGE.CALL, 2, {}, 'com.a')).toEqual([MESSAGE.INVOCATION, 1, ANY, {}]);
    expect(await ask(one.client, MESSAGE.CALL, 3, { disclose_me: true }, 'com.a')).toEqual([
      MESSAGE.INVOCATION,
      2,
      ANY,
      caller(one),
    ]);
  });

  it('ignores what a caller or publisher claims about itself', async () => {
    const [other, one] = [await join(), await member(BOB)];
    const forged = {
      caller: 1,
      caller_authid: 'root',
      publisher: 1,
      publisher_authid: 'root',
      trust_level: 9,
    };
    await ask(other, MESSAGE.REGISTER, 1, {}, 'com.a');
    await ask(other, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    one.client.send([MESSAGE.CALL, 1, forged, 'com.a']);
    expect(await other.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, {}]);
    one.client.send([MESSAGE.CALL, 2, { ...forged, disclose_me: true }, 'com.a']);
    expect(await other.next()).toEqual([MESSAGE.INVOCATION, 2, ANY, caller(one)]);
    one.client.send([MESSAGE.PUBLISH, 3, forged, 'com.t']);
    expect(await other.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}]);
  });

  describe.each(WHO)('of a publisher that is %s', (_who, login) => {
    it.each(OPTION_VALUES)('follows the options if the publisher %s', async (_says, option) => {
      const [subscriber, one] = [await join(), await member(login)];
      for (const [at, [match, uri]] of MATCHES.entries())
        await ask(subscriber, MESSAGE.SUBSCRIBE, at + 1, { match }, uri);
      await ask(one.client, MESSAGE.SUBSCRIBE, 1, {}, 'com.a.b');
      const options = {
        exclude_me: false,
        retain: true,
        ...(option !== undefined && { disclose_me: option }),
      };
      one.client.send([MESSAGE.PUBLISH, 2, options, 'com.a.b']);
      const identity = option === true ? publisher(one) : {};
      for (const [match] of MATCHES)
        expect(await subscriber.next()).toEqual([
          MESSAGE.EVENT,
          ANY,
          ANY,
          { ...identity, ...(match !== 'exact' && { topic: 'com.a.b' }) },
        ]);
      expect(await one.client.next()).toEqual([MESSAGE.EVENT, ANY, ANY, identity]);
      // A retained event discloses the same as the original event.
      const late = await join();
      await ask(late, MESSAGE.SUBSCRIBE, 1, { get_retained: true }, 'com.a.b');
      expect(await late.next()).toEqual([MESSAGE.EVENT, ANY, ANY, { ...identity, retained: true }]);
      await hearsNothing(subscriber, one.client, late);
    });
  });
});

describe.each(CONTRACT_MATRIX)('disclosure in a realm that refuses it, over $name', (transport) => {
  const { host, join, ask, hearsNothing } = useRouter(transport, { rules: () => ({ disclosure: 'refuse' }) });
  const refused = 'wamp.error.option_disallowed.disclose_me';

  it('is refused with an ERROR if the message expects a reply', async () => {
    const [one, other] = [await join(), await join()];
    expect(await ask(one, MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.a')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.REGISTER,
      1,
      {},
      refused,
      [ANY],
    ]);
    expect(await ask(one, MESSAGE.REGISTER, 2, {}, 'com.a')).toEqual([MESSAGE.REGISTERED, 2, ANY]);
    await ask(one, MESSAGE.SUBSCRIBE, 3, {}, 'com.t');
    expect(await ask(other, MESSAGE.CALL, 1, { disclose_me: true }, 'com.a')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      refused,
      [ANY],
    ]);
    other.send([MESSAGE.PUBLISH, 2, { disclose_me: true }, 'com.t']);
    const options = { disclose_me: true, acknowledge: true };
    expect(await ask(other, MESSAGE.PUBLISH, 3, options, 'com.t')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.PUBLISH,
      3,
      {},
      refused,
      [ANY],
    ]);
    // None of these messages reached the other session.
    other.send([MESSAGE.CALL, 4, {}, 'com.a']);
    expect(await one.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, {}]);
    await hearsNothing(one, other);
  });

  it.each([false, null])('is not refused if disclose_me is %j', async (option) => {
    const [one, other] = [await join(), await join()];
    expect(await ask(one, MESSAGE.REGISTER, 1, { disclose_caller: option }, 'com.a')).toEqual([
      MESSAGE.REGISTERED,
      1,
      ANY,
    ]);
    await ask(one, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    other.send([MESSAGE.CALL, 1, { disclose_me: option }, 'com.a']);
    expect(await one.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, {}]);
    expect(
      await ask(other, MESSAGE.PUBLISH, 2, { disclose_me: option, acknowledge: true }, 'com.t'),
    ).toStartWith([MESSAGE.PUBLISHED, 2]);
    expect(await one.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}]);
  });

  it('still works for sessions in the process of the router, which may need to know who calls', async () => {
    const [ours, theirs] = localPeers();
    host().router.attach(theirs, IN_PROCESS);
    const part = rawOver(ours);
    await hello(part);
    part.send([MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.a']);
    expect(await part.next()).toEqual([MESSAGE.REGISTERED, 1, ANY]);
    (await join()).send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect(await part.next()).toEqual([
      MESSAGE.INVOCATION,
      1,
      ANY,
      expect.objectContaining({ caller: ANY, caller_authid: ANY, caller_authrole: 'anonymous' }),
    ]);
    part.close();
  });
});

import { describe, expect, it } from 'vitest';
import { IN_PROCESS, localPeers } from '../../../src/wamp/peer.js';
import { ANY, CAPABLE, type Member, TRANSPORTS, useRouter } from '../../support/contract.js';
import { ALICE, BOB, GRANTED } from '../../support/granted-realm.js';
import { hello, rawOver } from '../../support/raw-client.js';

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

describe.each(TRANSPORTS)('disclosure, over %s', (transport) => {
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
      'and %s, where the callee %s, match %s',
      async (_says, _calleeSays, match, uri, option, calleeOption) => {
        const [callee, one] = [await join(), await member(login)];
        const options = { match, ...(calleeOption !== undefined && { disclose_caller: calleeOption }) };
        await ask(callee, 64, 1, options, uri);
        one.client.send([48, 1, option === undefined ? {} : { disclose_me: option }, 'com.a.b']);
        expect(await callee.next()).toEqual([
          68,
          1,
          ANY,
          {
            ...((option === true || calleeOption === true) && caller(one)),
            ...(match !== 'exact' && { procedure: 'com.a.b' }),
          },
        ]);
        callee.send([70, 1, {}]);
        // The result tells the caller nothing about the callee.
        expect(await one.client.next()).toEqual([50, 1, {}]);
      },
    );
  });

  it('is only for the callee that asked, not for others of the registration, when a call is rerouted', async () => {
    const [curious, other, one] = [await join(CAPABLE), await join(CAPABLE), await member(BOB)];
    await ask(curious, 64, 1, { invoke: 'first', disclose_caller: true }, 'com.a');
    await ask(other, 64, 1, { invoke: 'first' }, 'com.a');
    for (const [request, options] of [{}, { disclose_me: true }].entries()) {
      one.client.send([48, request + 1, options, 'com.a']);
      expect(await curious.next()).toEqual([68, request + 1, ANY, caller(one)]);
      curious.send([8, 68, request + 1, {}, 'wamp.error.unavailable']);
      expect(await other.next()).toEqual([68, request + 1, ANY, request === 0 ? {} : caller(one)]);
    }
  });

  it('names the session that calls, each by its own name', async () => {
    const callee = await join();
    await ask(callee, 64, 1, { disclose_caller: true }, 'com.a');
    const members = [await member(BOB), await member(), await member(ALICE), await member(BOB)];
    for (const [at, one] of members.entries()) {
      one.client.send([48, 1, {}, 'com.a']);
      expect(await callee.next()).toEqual([68, at + 1, ANY, caller(one)]);
    }
  });

  it('is the same for a session that calls itself', async () => {
    const one = await member(BOB);
    await ask(one.client, 64, 1, {}, 'com.a');
    expect(await ask(one.client, 48, 2, {}, 'com.a')).toEqual([68, 1, ANY, {}]);
    expect(await ask(one.client, 48, 3, { disclose_me: true }, 'com.a')).toEqual([68, 2, ANY, caller(one)]);
  });

  it('cannot be forged: what a caller or publisher claims about itself is not passed on', async () => {
    const [other, one] = [await join(), await member(BOB)];
    const forged = {
      caller: 1,
      caller_authid: 'root',
      publisher: 1,
      publisher_authid: 'root',
      trust_level: 9,
    };
    await ask(other, 64, 1, {}, 'com.a');
    await ask(other, 32, 2, {}, 'com.t');
    one.client.send([48, 1, forged, 'com.a']);
    expect(await other.next()).toEqual([68, 1, ANY, {}]);
    one.client.send([48, 2, { ...forged, disclose_me: true }, 'com.a']);
    expect(await other.next()).toEqual([68, 2, ANY, caller(one)]);
    one.client.send([16, 3, forged, 'com.t']);
    expect(await other.next()).toEqual([36, ANY, ANY, {}]);
  });

  describe.each(WHO)('of a publisher that is %s', (_who, login) => {
    it.each(OPTION_VALUES)('and %s', async (_says, option) => {
      const [subscriber, one] = [await join(), await member(login)];
      for (const [at, [match, uri]] of MATCHES.entries()) await ask(subscriber, 32, at + 1, { match }, uri);
      await ask(one.client, 32, 1, {}, 'com.a.b');
      const options = {
        exclude_me: false,
        retain: true,
        ...(option !== undefined && { disclose_me: option }),
      };
      one.client.send([16, 2, options, 'com.a.b']);
      const identity = option === true ? publisher(one) : {};
      for (const [match] of MATCHES)
        expect(await subscriber.next()).toEqual([
          36,
          ANY,
          ANY,
          { ...identity, ...(match !== 'exact' && { topic: 'com.a.b' }) },
        ]);
      expect(await one.client.next()).toEqual([36, ANY, ANY, identity]);
      // A retained event discloses the same as the original event.
      const late = await join();
      await ask(late, 32, 1, { get_retained: true }, 'com.a.b');
      expect(await late.next()).toEqual([36, ANY, ANY, { ...identity, retained: true }]);
      await hearsNothing(subscriber, one.client, late);
    });
  });
});

describe.each(TRANSPORTS)('disclosure in a realm that refuses it, over %s', (transport) => {
  const { host, join, ask, hearsNothing } = useRouter(transport, { rules: () => ({ disclosure: 'refuse' }) });
  const refused = 'wamp.error.option_disallowed.disclose_me';

  it('is refused with an error if the message has a response', async () => {
    const [one, other] = [await join(), await join()];
    expect(await ask(one, 64, 1, { disclose_caller: true }, 'com.a')).toEqual([8, 64, 1, {}, refused, [ANY]]);
    expect(await ask(one, 64, 2, {}, 'com.a')).toEqual([65, 2, ANY]);
    await ask(one, 32, 3, {}, 'com.t');
    expect(await ask(other, 48, 1, { disclose_me: true }, 'com.a')).toEqual([8, 48, 1, {}, refused, [ANY]]);
    other.send([16, 2, { disclose_me: true }, 'com.t']);
    const options = { disclose_me: true, acknowledge: true };
    expect(await ask(other, 16, 3, options, 'com.t')).toEqual([8, 16, 3, {}, refused, [ANY]]);
    // None of these messages reached the other session.
    other.send([48, 4, {}, 'com.a']);
    expect(await one.next()).toEqual([68, 1, ANY, {}]);
    await hearsNothing(one, other);
  });

  it.each([false, null])('is not refused if the option is %j', async (option) => {
    const [one, other] = [await join(), await join()];
    expect(await ask(one, 64, 1, { disclose_caller: option }, 'com.a')).toEqual([65, 1, ANY]);
    await ask(one, 32, 2, {}, 'com.t');
    other.send([48, 1, { disclose_me: option }, 'com.a']);
    expect(await one.next()).toEqual([68, 1, ANY, {}]);
    expect(await ask(other, 16, 2, { disclose_me: option, acknowledge: true }, 'com.t')).toStartWith([17, 2]);
    expect(await one.next()).toEqual([36, ANY, ANY, {}]);
  });

  it('still works for sessions of the router’s own process, which may need to know who calls', async () => {
    const [ours, theirs] = localPeers();
    host().router.attach(theirs, IN_PROCESS);
    const part = rawOver(ours);
    await hello(part);
    part.send([64, 1, { disclose_caller: true }, 'com.a']);
    expect(await part.next()).toEqual([65, 1, ANY]);
    (await join()).send([48, 1, {}, 'com.a']);
    expect(await part.next()).toEqual([
      68,
      1,
      ANY,
      expect.objectContaining({ caller: ANY, caller_authid: ANY, caller_authrole: 'anonymous' }),
    ]);
    part.close();
  });
});

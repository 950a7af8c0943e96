import { describe, expect, it } from 'vitest';
import { ANY, TRANSPORTS, useRouter } from '../support/contract.js';
import { hello } from '../support/raw-client.js';

describe.each(TRANSPORTS)('disclosure, over %s', (transport) => {
  const { connect, join, ask } = useRouter(transport);

  it.each([
    ['nobody asks', {}, {}, false],
    ['the caller asks', { disclose_me: true }, {}, true],
    ['the caller says no', { disclose_me: false }, {}, false],
    ['the callee asks', {}, { disclose_caller: true }, true],
    ['the callee says no', {}, { disclose_caller: false }, false],
    ['both ask', { disclose_me: true }, { disclose_caller: true }, true],
    // The callee’s wish is as good as the caller’s: WAMP gives the caller no word against it.
    ['the callee asks, the caller says no', { disclose_me: false }, { disclose_caller: true }, true],
    ['the caller asks, the callee says no', { disclose_me: true }, { disclose_caller: false }, true],
  ])('of a caller, where %s', async (_what, callOptions, registration, disclosed) => {
    const [callee, caller] = [await join(), await connect()];
    const [, id, { authid }] = (await hello(caller)) as [number, number, { authid: string }];
    await ask(callee, 64, 1, registration, 'com.a');
    caller.send([48, 1, callOptions, 'com.a']);
    const identity = { caller: id, caller_authid: authid, caller_authrole: 'anonymous' };
    expect(await callee.next()).toEqual([68, 1, ANY, disclosed ? identity : {}]);
  });

  it.each([
    ['asks', { disclose_me: true }, true],
    ['does not ask', {}, false],
    ['says no', { disclose_me: false }, false],
  ])('of a publisher that %s', async (_what, options, disclosed) => {
    const [subscriber, publisher] = [await join(), await connect()];
    const [, id, { authid }] = (await hello(publisher)) as [number, number, { authid: string }];
    await ask(subscriber, 32, 1, {}, 'com.t');
    await ask(subscriber, 32, 2, { match: 'prefix' }, 'com.');
    publisher.send([16, 1, options, 'com.t']);
    const identity = disclosed
      ? { publisher: id, publisher_authid: authid, publisher_authrole: 'anonymous' }
      : {};
    expect((await subscriber.next())[3]).toEqual(identity);
    expect((await subscriber.next())[3]).toEqual({ ...identity, topic: 'com.t' });
  });
});

describe.each(TRANSPORTS)('disclosure in a realm that refuses it, over %s', (transport) => {
  const { join, ask } = useRouter(transport, { rules: () => ({ disclosure: 'refuse' }) });
  const refused = 'wamp.error.option_disallowed.disclose_me';

  it('is answered with an error, where there is an answer', async () => {
    const [one, other] = [await join(), await join()];
    expect(await ask(one, 64, 1, { disclose_caller: true }, 'com.a')).toEqual([8, 64, 1, {}, refused, [ANY]]);
    expect(await ask(one, 64, 2, {}, 'com.a')).toEqual([65, 2, ANY]);
    await ask(one, 32, 3, {}, 'com.t');
    expect(await ask(other, 48, 1, { disclose_me: true }, 'com.a')).toEqual([8, 48, 1, {}, refused, [ANY]]);
    other.send([16, 2, { disclose_me: true }, 'com.t']);
    const options = { disclose_me: true, acknowledge: true };
    expect(await ask(other, 16, 3, options, 'com.t')).toEqual([8, 16, 3, {}, refused, [ANY]]);
    // Nothing of all that reached the other one.
    other.send([48, 4, {}, 'com.a']);
    expect(await one.next()).toEqual([68, 1, ANY, {}]);
  });
});

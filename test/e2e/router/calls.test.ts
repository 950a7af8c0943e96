import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

describe.each(CONTRACT_MATRIX)('calls, over $name', (transport) => {
  const { join, ask, callUnderWay } = useRouter(transport);

  /**
   * Args and kwargs as a client may send them, and as the router passes them on: never null, and
   * absent if empty.
   */
  const TAILS: readonly (readonly [sent: readonly unknown[], passedOn: readonly unknown[]])[] = [
    [[], []],
    [[['r']], [['r']]],
    [
      [[], { k: 1 }],
      [[], { k: 1 }],
    ],
    [
      [null, { k: 1 }],
      [[], { k: 1 }],
    ],
    [[[], {}], []],
    [[null, null], []],
    [[['r'], null], [['r']]],
    [[[null]], [[null]]],
    [[[[1, 2]]], [[[1, 2]]]],
    [
      [['r'], { k: null }],
      [['r'], { k: null }],
    ],
  ];

  it.each(TAILS)('passes a CALL with the tail %j on as an INVOCATION with %j', async (sent, passedOn) => {
    const [callee, caller] = [await join(), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a', ...sent]);
    expect(await callee.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, {}, ...passedOn]);
  });

  it.each(TAILS)('passes an ERROR with the tail %j on as an ERROR with %j', async (sent, passedOn) => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, invocation, {}, 'com.a.oops', ...sent]);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'com.a.oops', ...passedOn]);
  });

  it.each(TAILS)('passes a PUBLISH with the tail %j on as an EVENT with %j', async (sent, passedOn) => {
    const [subscriber, publisher] = [await join(), await join()];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    publisher.send([MESSAGE.PUBLISH, 1, {}, 'com.t', ...sent]);
    expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}, ...passedOn]);
  });

  it.each(TAILS)('passes a YIELD with the tail %j on as a RESULT with %j', async (sent, passedOn) => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([MESSAGE.YIELD, invocation, {}, ...sent]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ...passedOn]);
  });

  it('passes an ERROR on with its details, URI, args and kwargs unchanged', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([
      MESSAGE.ERROR,
      MESSAGE.INVOCATION,
      invocation,
      { trace: 'd' },
      'com.a.oops',
      ['a'],
      { k: null },
    ]);
    expect(await caller.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      { trace: 'd' },
      'com.a.oops',
      ['a'],
      { k: null },
    ]);
  });

  it('counts invocations from 1 for each callee, and does not mix up calls', async () => {
    const callee = await join();
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    const [one, two] = [await join(), await join()];
    one.send([MESSAGE.CALL, 7, {}, 'com.a', ['one']]);
    expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 1]);
    two.send([MESSAGE.CALL, 7, {}, 'com.a', ['two']]);
    expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 2]);
    callee.send([MESSAGE.YIELD, 2, {}, ['for two']]);
    callee.send([MESSAGE.YIELD, 1, {}, ['for one']]);
    expect(await one.next()).toEqual([MESSAGE.RESULT, 7, {}, ['for one']]);
    expect(await two.next()).toEqual([MESSAGE.RESULT, 7, {}, ['for two']]);
  });

  it('sends its own INVOCATION to a session that calls itself', async () => {
    const both = await join();
    await ask(both, MESSAGE.REGISTER, 1, {}, 'com.a');
    expect(await ask(both, MESSAGE.CALL, 2, {}, 'com.a')).toStartWith([MESSAGE.INVOCATION, 1]);
    expect(await ask(both, MESSAGE.YIELD, 1, {}, [1])).toEqual([MESSAGE.RESULT, 2, {}, [1]]);
  });

  it.each([
    ['a taken URI', 'com.taken', {}, 'wamp.error.procedure_already_exists'],
    ['a reserved URI', 'wamp.session.count', {}, 'wamp.error.invalid_uri'],
    ['a URI with an empty component', 'com..a', {}, 'wamp.error.invalid_uri'],
    ['an empty URI', '', {}, 'wamp.error.invalid_uri'],
    ['a URI with a space', 'com.a b', {}, 'wamp.error.invalid_uri'],
    ['a URI with a hash', 'com.#a', {}, 'wamp.error.invalid_uri'],
    ['a URI that is too long', 'a'.repeat(5000), {}, 'wamp.error.invalid_uri'],
    ['a prefix with an empty component', 'com..b', { match: 'prefix' }, 'wamp.error.invalid_uri'],
    ['a reserved prefix', 'wamp.', { match: 'prefix' }, 'wamp.error.invalid_uri'],
    ['a reserved pattern', 'wamp..count', { match: 'wildcard' }, 'wamp.error.invalid_uri'],
    ['a pattern with too many components', '.'.repeat(40), { match: 'wildcard' }, 'wamp.error.invalid_uri'],
    ['an unknown invocation policy', 'com.b', { invoke: 'nearest' }, 'wamp.error.option_not_allowed'],
  ])('refuses to register %s', async (_what, uri, options, error) => {
    const [one, two] = [await join(), await join()];
    await ask(one, MESSAGE.REGISTER, 1, {}, 'com.taken');
    expect(await ask(two, MESSAGE.REGISTER, 5, options, uri)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.REGISTER,
      5,
      {},
      error,
      [ANY],
    ]);
    // The same session may not register twice either: autobahn|python fails on a second REGISTERED
    // with a known ID.
    if (uri === 'com.taken')
      expect(await ask(one, MESSAGE.REGISTER, 2, {}, uri)).toEqual([
        MESSAGE.ERROR,
        MESSAGE.REGISTER,
        2,
        {},
        error,
        [ANY],
      ]);
  });

  it('unregisters only the session’s own registrations', async () => {
    const [one, two] = [await join(), await join()];
    const [, , registration] = await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
    const refused = [MESSAGE.ERROR, MESSAGE.UNREGISTER, 9, {}, 'wamp.error.no_such_registration', [ANY]];
    expect(await ask(two, MESSAGE.UNREGISTER, 9, registration)).toEqual(refused);
    expect(await ask(one, MESSAGE.UNREGISTER, 2, registration)).toEqual([MESSAGE.UNREGISTERED, 2]);
    expect(await ask(one, MESSAGE.UNREGISTER, 9, registration)).toEqual(refused);
    expect(await ask(two, MESSAGE.REGISTER, 1, {}, 'com.a')).toEqual([MESSAGE.REGISTERED, 1, ANY]);
  });

  it('completes a running call after its procedure was unregistered', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    expect(await ask(callee, MESSAGE.UNREGISTER, 2, 1)).toEqual([MESSAGE.UNREGISTERED, 2]);
    callee.send([MESSAGE.YIELD, invocation, {}, [1]]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, [1]]);
  });

  it.each([
    ['an unknown procedure', 'com.nothing', {}, [], 'wamp.error.no_such_procedure'],
    ['an invalid URI', 'com..a', {}, [], 'wamp.error.invalid_uri'],
    ['a bare payload', 'com.a', { enc_algo: 'cryptobox' }, ['packed'], 'wamp.error.feature_not_supported'],
    ['a progressive invocation', 'com.a', { progress: true }, [], 'wamp.error.option_not_allowed'],
  ])('replies with ERROR to a CALL with %s', async (_what, procedure, options, tail, error) => {
    const client = await join();
    expect(await ask(client, MESSAGE.CALL, 3, options, procedure, ...tail)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      3,
      {},
      error,
      [ANY],
    ]);
  });

  it('treats a CALL with the request ID of an open call as a protocol violation', async () => {
    const [, caller] = await callUnderWay();
    expect(await ask(caller, MESSAGE.CALL, 1, {}, 'com.a')).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
  });

  it('refuses only calls beyond the limit of open calls for one session', async () => {
    const callee = await join();
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    const [greedy, modest] = [await join(), await join()];
    for (let request = 1; request <= 100; request++) greedy.send([MESSAGE.CALL, request, {}, 'com.a']);
    expect(await ask(greedy, MESSAGE.CALL, 101, {}, 'com.a')).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      101,
      {},
      'bondy.error.too_many_requests',
      [ANY],
    ]);
    modest.send([MESSAGE.CALL, 1, {}, 'com.a']);
    callee.send([MESSAGE.YIELD, 101, {}, ['still served']]);
    callee.send([MESSAGE.YIELD, 1, {}]);
    expect(await modest.next()).toEqual([MESSAGE.RESULT, 1, {}, ['still served']]);
    expect(await greedy.next()).toEqual([MESSAGE.RESULT, 1, {}]);
  });

  it('drops progressive results that were not requested, and results of unknown calls', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([MESSAGE.YIELD, 999, {}, ['from nowhere']]);
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 998, {}, 'com.x']);
    callee.send([MESSAGE.YIELD, invocation, { progress: true }, ['part']]);
    callee.send([MESSAGE.YIELD, invocation, {}, ['whole']]);
    callee.send([MESSAGE.YIELD, invocation, {}, ['again']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['whole']]);
    expect(await ask(caller, MESSAGE.CALL, 2, {}, 'com.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
    ]);
  });
});

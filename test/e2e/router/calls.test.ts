import { describe, expect, it } from 'vitest';
import { ANY, TRANSPORTS, useRouter } from '../../support/contract.js';

describe.each(TRANSPORTS)('calls, over %s', (transport) => {
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
    await ask(callee, 64, 1, {}, 'com.a');
    caller.send([48, 1, {}, 'com.a', ...sent]);
    expect(await callee.next()).toEqual([68, 1, ANY, {}, ...passedOn]);
  });

  it.each(TAILS)('passes an ERROR with the tail %j on as one with %j', async (sent, passedOn) => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([8, 68, invocation, {}, 'com.a.oops', ...sent]);
    expect(await caller.next()).toEqual([8, 48, 1, {}, 'com.a.oops', ...passedOn]);
  });

  it.each(TAILS)('passes a PUBLISH with the tail %j on as an EVENT with %j', async (sent, passedOn) => {
    const [subscriber, publisher] = [await join(), await join()];
    await ask(subscriber, 32, 1, {}, 'com.t');
    publisher.send([16, 1, {}, 'com.t', ...sent]);
    expect(await subscriber.next()).toEqual([36, ANY, ANY, {}, ...passedOn]);
  });

  it.each(TAILS)('passes a YIELD with the tail %j on as a RESULT with %j', async (sent, passedOn) => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([70, invocation, {}, ...sent]);
    expect(await caller.next()).toEqual([50, 1, {}, ...passedOn]);
  });

  it('passes an ERROR on with details, URI, args and kwargs as they are', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([8, 68, invocation, { trace: 'd' }, 'com.a.oops', ['a'], { k: null }]);
    expect(await caller.next()).toEqual([8, 48, 1, { trace: 'd' }, 'com.a.oops', ['a'], { k: null }]);
  });

  it('counts invocations up from 1 for each callee, and keeps calls apart', async () => {
    const callee = await join();
    await ask(callee, 64, 1, {}, 'com.a');
    const [one, two] = [await join(), await join()];
    one.send([48, 7, {}, 'com.a', ['one']]);
    expect(await callee.next()).toStartWith([68, 1]);
    two.send([48, 7, {}, 'com.a', ['two']]);
    expect(await callee.next()).toStartWith([68, 2]);
    callee.send([70, 2, {}, ['for two']]);
    callee.send([70, 1, {}, ['for one']]);
    expect(await one.next()).toEqual([50, 7, {}, ['for one']]);
    expect(await two.next()).toEqual([50, 7, {}, ['for two']]);
  });

  it('gives a session that calls itself its own invocation', async () => {
    const both = await join();
    await ask(both, 64, 1, {}, 'com.a');
    expect(await ask(both, 48, 2, {}, 'com.a')).toStartWith([68, 1]);
    expect(await ask(both, 70, 1, {}, [1])).toEqual([50, 2, {}, [1]]);
  });

  it.each([
    ['a taken URI', 'com.taken', {}, 'wamp.error.procedure_already_exists'],
    ['a reserved URI', 'wamp.session.count', {}, 'wamp.error.invalid_uri'],
    ['an empty component', 'com..a', {}, 'wamp.error.invalid_uri'],
    ['an empty URI', '', {}, 'wamp.error.invalid_uri'],
    ['a space', 'com.a b', {}, 'wamp.error.invalid_uri'],
    ['a hash', 'com.#a', {}, 'wamp.error.invalid_uri'],
    ['a URI that is too long', 'a'.repeat(5000), {}, 'wamp.error.invalid_uri'],
    ['an empty component of a prefix', 'com..b', { match: 'prefix' }, 'wamp.error.invalid_uri'],
    ['a reserved prefix', 'wamp.', { match: 'prefix' }, 'wamp.error.invalid_uri'],
    ['a reserved pattern', 'wamp..count', { match: 'wildcard' }, 'wamp.error.invalid_uri'],
    ['a pattern with too many components', '.'.repeat(40), { match: 'wildcard' }, 'wamp.error.invalid_uri'],
    ['an unknown invocation policy', 'com.b', { invoke: 'nearest' }, 'wamp.error.option_not_allowed'],
  ])('refuses to register %s', async (_what, uri, options, error) => {
    const [one, two] = [await join(), await join()];
    await ask(one, 64, 1, {}, 'com.taken');
    expect(await ask(two, 64, 5, options, uri)).toEqual([8, 64, 5, {}, error, [ANY]]);
    // The same session may not register twice either: autobahn|python fails on a second REGISTERED
    // with a known ID.
    if (uri === 'com.taken') expect(await ask(one, 64, 2, {}, uri)).toEqual([8, 64, 2, {}, error, [ANY]]);
  });

  it('unregisters only the session’s own registrations', async () => {
    const [one, two] = [await join(), await join()];
    const [, , registration] = await ask(one, 64, 1, {}, 'com.a');
    const refused = [8, 66, 9, {}, 'wamp.error.no_such_registration', [ANY]];
    expect(await ask(two, 66, 9, registration)).toEqual(refused);
    expect(await ask(one, 66, 2, registration)).toEqual([67, 2]);
    expect(await ask(one, 66, 9, registration)).toEqual(refused);
    expect(await ask(two, 64, 1, {}, 'com.a')).toEqual([65, 1, ANY]);
  });

  it('lets a running call finish after its procedure was unregistered', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    expect(await ask(callee, 66, 2, 1)).toEqual([67, 2]);
    callee.send([70, invocation, {}, [1]]);
    expect(await caller.next()).toEqual([50, 1, {}, [1]]);
  });

  it.each([
    ['no such procedure', 'com.nothing', {}, [], 'wamp.error.no_such_procedure'],
    ['an invalid URI', 'com..a', {}, [], 'wamp.error.invalid_uri'],
    ['a bare payload', 'com.a', { enc_algo: 'cryptobox' }, ['packed'], 'wamp.error.feature_not_supported'],
    ['a progressive invocation', 'com.a', { progress: true }, [], 'wamp.error.option_not_allowed'],
  ])('responds to a CALL with %s with ERROR', async (_what, procedure, options, tail, error) => {
    const client = await join();
    expect(await ask(client, 48, 3, options, procedure, ...tail)).toEqual([8, 48, 3, {}, error, [ANY]]);
  });

  it('treats a CALL with the request ID of an open call as a protocol violation', async () => {
    const [, caller] = await callUnderWay();
    expect(await ask(caller, 48, 1, {}, 'com.a')).toEqual([
      3,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
  });

  it('refuses only calls beyond the limit of open calls of a session', async () => {
    const callee = await join();
    await ask(callee, 64, 1, {}, 'com.a');
    const [greedy, modest] = [await join(), await join()];
    for (let request = 1; request <= 100; request++) greedy.send([48, request, {}, 'com.a']);
    expect(await ask(greedy, 48, 101, {}, 'com.a')).toEqual([
      8,
      48,
      101,
      {},
      'bondy.error.too_many_requests',
      [ANY],
    ]);
    modest.send([48, 1, {}, 'com.a']);
    callee.send([70, 101, {}, ['still served']]);
    callee.send([70, 1, {}]);
    expect(await modest.next()).toEqual([50, 1, {}, ['still served']]);
    expect(await greedy.next()).toEqual([50, 1, {}]);
  });

  it('drops progressive results that were not requested, and responses to unknown calls', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    callee.send([70, 999, {}, ['from nowhere']]);
    callee.send([8, 68, 998, {}, 'com.x']);
    callee.send([70, invocation, { progress: true }, ['part']]);
    callee.send([70, invocation, {}, ['whole']]);
    callee.send([70, invocation, {}, ['again']]);
    expect(await caller.next()).toEqual([50, 1, {}, ['whole']]);
    expect(await ask(caller, 48, 2, {}, 'com.nothing')).toStartWith([8, 48, 2]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import '../support/matchers.js';
import { ALL_ROLES, attachRaw, connectRaw, hello, type RawClient } from '../support/raw-client.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../support/router-host.js';

const ANY = expect.anything();
const plainCallee = { roles: { callee: {}, caller: {} } };

/** The basic profile, the same over every transport. */
describe.each(['in-process', 'websocket'] as const)('a router over %s', (transport) => {
  let host: RouterHost;
  const clients: RawClient[] = [];

  beforeEach(async () => {
    host = await startRouterHost();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await untilEmpty(host);
    await host.dispose();
  });

  async function connect(): Promise<RawClient> {
    const client = transport === 'websocket' ? await connectRaw(host.url) : attachRaw(host.router.attach);
    clients.push(client);
    return client;
  }
  async function join(details: object = { roles: ALL_ROLES }, realm = 'realm1'): Promise<RawClient> {
    const client = await connect();
    expect((await hello(client, realm, details))[0]).toBe(2);
    return client;
  }
  async function ask(client: RawClient, ...message: unknown[]): Promise<readonly unknown[]> {
    client.send(message);
    return client.next();
  }
  /** A callee with `com.a` registered, a caller, and a call under way: [callee, caller, invocation's request]. */
  async function callUnderWay(calleeDetails?: object, options: object = {}) {
    const callee = await join(calleeDetails);
    const caller = await join();
    const registered = await ask(callee, 64, 1, {}, 'com.a');
    expect(registered).toEqual([65, 1, ANY]);
    caller.send([48, 1, options, 'com.a', ['x']]);
    const invocation = await callee.next();
    expect(invocation).toEqual([68, ANY, registered[2], {}, ['x']]);
    return [callee, caller, invocation[1]] as const;
  }

  describe('session', () => {
    it('welcomes an anonymous client with all that clients look at', async () => {
      const welcome = await hello(await connect());
      expect(welcome).toEqual([
        2,
        ANY,
        {
          realm: 'realm1',
          authid: expect.stringMatching(/./),
          authrole: 'anonymous',
          authmethod: 'anonymous',
          authprovider: 'static',
          authextra: {},
          agent: 'test-router',
          roles: {
            broker: { features: { publisher_exclusion: true, subscriber_blackwhite_listing: true } },
            dealer: { features: { call_canceling: true, call_timeout: true } },
          },
        },
      ]);
      expect(welcome[1]).toBeGreaterThanOrEqual(1);
      expect(welcome[1]).toBeLessThanOrEqual(2 ** 53);
    });

    it.each([
      ['an unknown realm', ['nowhere', { roles: ALL_ROLES }], 'wamp.error.no_such_realm'],
      ['an empty realm', ['', { roles: ALL_ROLES }], 'wamp.error.no_such_realm'],
      ['no roles', ['realm1', {}], 'wamp.error.protocol_violation'],
      ['roles of a router only', ['realm1', { roles: { dealer: {} } }], 'wamp.error.protocol_violation'],
      [
        'authmethods that are not there',
        ['realm1', { roles: ALL_ROLES, authmethods: ['ticket'] }],
        'wamp.error.no_matching_auth_method',
      ],
    ])('aborts a HELLO with %s', async (_what, [realm, details], uri) => {
      const client = await connect();
      const abort = await hello(client, realm as string, details as object);
      // Three elements, the text in details: what autobahn|python accepts.
      expect(abort).toEqual([3, { message: expect.stringMatching(/ /) }, uri]);
      await client.closed;
    });

    it.each([
      ['a second HELLO', [1, 'realm1', { roles: ALL_ROLES }]],
      ['a WELCOME', [2, 1, {}]],
      ['a CHALLENGE', [4, 'ticket', {}]],
      ['an AUTHENTICATE that nobody asked for', [5, 'x', {}]],
      ['a REGISTERED', [65, 1, 1]],
      ['an EVENT', [36, 1, 1, {}]],
      ['an ERROR that answers a CALL', [8, 48, 1, {}, 'com.x']],
    ])('takes %s from a client for a protocol violation', async (_what, message) => {
      const client = await join();
      expect(await ask(client, ...message)).toEqual([3, { message: ANY }, 'wamp.error.protocol_violation']);
      await client.closed;
    });

    it.each([
      ['a CALL', [48, 1, {}, 'com.a']],
      ['a GOODBYE', [6, {}, 'wamp.close.normal']],
    ])('takes %s before HELLO for a protocol violation', async (_what, message) => {
      const client = await connect();
      expect(await ask(client, ...message)).toEqual([3, { message: ANY }, 'wamp.error.protocol_violation']);
      await client.closed;
    });

    it('answers GOODBYE, forgets the session, and lets the connection join again', async () => {
      const client = await join();
      const other = await join();
      await ask(client, 64, 1, {}, 'com.a');
      await ask(client, 32, 2, {}, 'com.t');
      expect(await ask(client, 6, {}, 'wamp.close.close_realm')).toEqual([
        6,
        {},
        'wamp.close.goodbye_and_out',
      ]);
      expect(host.router.counts()).toMatchObject({
        connections: 2,
        sessions: 1,
        registrations: 0,
        subscriptions: 0,
      });
      expect(await ask(other, 48, 1, {}, 'com.a')).toStartWith([
        8,
        48,
        1,
        {},
        'wamp.error.no_such_procedure',
      ]);
      expect((await hello(client, 'realm2'))[0]).toBe(2);
      expect(await ask(client, 64, 1, {}, 'com.a')).toEqual([65, 1, ANY]);
    });

    it('never answers ABORT, and forgets the session', async () => {
      const client = await join();
      client.send([3, {}, 'wamp.error.protocol_violation']);
      await client.closed;
      expect(client.unread).toBe(0);
    });

    it('keeps realms apart', async () => {
      const callee = await join();
      await ask(callee, 64, 1, {}, 'com.a');
      const stranger = await join(undefined, 'realm2');
      expect(await ask(stranger, 48, 1, {}, 'com.a')).toStartWith([
        8,
        48,
        1,
        {},
        'wamp.error.no_such_procedure',
      ]);
    });

    it('says GOODBYE when it closes, and waits for the echo', async () => {
      const client = await join();
      const closing = host.router.close();
      expect(await client.next()).toEqual([6, {}, 'wamp.close.system_shutdown']);
      // What comes meanwhile is ignored.
      client.send([48, 1, {}, 'com.a']);
      client.send([6, {}, 'wamp.close.goodbye_and_out']);
      await closing;
      await client.closed;
      expect(client.unread).toBe(0);
    });
  });

  describe('dealer', () => {
    it.each([
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
      [[[[1, 2]]], [[[1, 2]]]],
    ])('passes a YIELD with the tail %j on as a RESULT with %j', async (yielded, expected) => {
      const [callee, caller, invocation] = await callUnderWay();
      callee.send([70, invocation, {}, ...yielded]);
      expect(await caller.next()).toEqual([50, 1, {}, ...expected]);
    });

    it('passes an ERROR on with details, URI, args and kwargs as they are', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      callee.send([8, 68, invocation, { trace: 'd' }, 'com.a.oops', ['a'], { k: null }]);
      expect(await caller.next()).toEqual([8, 48, 1, { trace: 'd' }, 'com.a.oops', ['a'], { k: null }]);
    });

    it('passes an error without payload on without any', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      callee.send([8, 68, invocation, {}, 'com.a.oops']);
      expect(await caller.next()).toEqual([8, 48, 1, {}, 'com.a.oops']);
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
      ['an endless URI', 'a'.repeat(5000), {}, 'wamp.error.invalid_uri'],
      ['prefix matching', 'com.b', { match: 'prefix' }, 'wamp.error.option_not_allowed'],
      ['sharing', 'com.b', { invoke: 'roundrobin' }, 'wamp.error.option_not_allowed'],
    ])('refuses to register %s', async (_what, uri, options, error) => {
      const [one, two] = [await join(), await join()];
      await ask(one, 64, 1, {}, 'com.taken');
      expect(await ask(two, 64, 5, options, uri)).toEqual([8, 64, 5, {}, error, [ANY]]);
      // By the same session too: autobahn|python fails on a second REGISTERED with a known ID.
      if (uri === 'com.taken') expect(await ask(one, 64, 2, {}, uri)).toEqual([8, 64, 2, {}, error, [ANY]]);
    });

    it('unregisters, and only what is the session’s own', async () => {
      const [one, two] = [await join(), await join()];
      const [, , registration] = await ask(one, 64, 1, {}, 'com.a');
      const refused = [8, 66, 9, {}, 'wamp.error.no_such_registration', [ANY]];
      expect(await ask(two, 66, 9, registration)).toEqual(refused);
      expect(await ask(one, 66, 2, registration)).toEqual([67, 2]);
      expect(await ask(one, 66, 9, registration)).toEqual(refused);
      expect(await ask(two, 64, 1, {}, 'com.a')).toEqual([65, 1, ANY]);
    });

    it('lets a call end that was under way when its procedure was unregistered', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      expect(await ask(callee, 66, 2, 1)).toEqual([67, 2]);
      callee.send([70, invocation, {}, [1]]);
      expect(await caller.next()).toEqual([50, 1, {}, [1]]);
    });

    it.each([
      ['no such procedure', 'com.nothing', {}, [], 'wamp.error.no_such_procedure'],
      ['a bad URI', 'com..a', {}, [], 'wamp.error.invalid_uri'],
      ['a packed payload', 'com.a', { ppt_scheme: 'x' }, ['packed'], 'wamp.error.feature_not_supported'],
      ['a progressive invocation', 'com.a', { progress: true }, [], 'wamp.error.option_not_allowed'],
    ])('answers a CALL with %s by ERROR', async (_what, procedure, options, tail, error) => {
      const client = await join();
      expect(await ask(client, 48, 3, options, procedure, ...tail)).toEqual([8, 48, 3, {}, error, [ANY]]);
    });

    it('takes a CALL with a request ID that still waits for a protocol violation', async () => {
      const [, caller] = await callUnderWay();
      expect(await ask(caller, 48, 1, {}, 'com.a')).toEqual([
        3,
        { message: ANY },
        'wamp.error.protocol_violation',
      ]);
    });

    it('refuses calls beyond those a session may wait for, and no others', async () => {
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

    it('does not tell an ordinary callee who calls, whatever it asks for', async () => {
      const callee = await join();
      await ask(callee, 64, 1, { disclose_caller: true }, 'com.a');
      const caller = await join();
      caller.send([48, 1, { disclose_me: true }, 'com.a']);
      expect(await callee.next()).toEqual([68, 1, ANY, {}]);
    });

    it('drops progress that nobody asked for, and answers from nowhere', async () => {
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

  describe('cancel', () => {
    const canceled = [8, 48, 1, {}, 'wamp.error.canceled', [ANY]];

    it.each([
      ['skip', { mode: 'skip' }],
      ['no mode, where the callee cannot be interrupted', {}],
      ['killnowait, where the callee cannot be interrupted', { mode: 'killnowait' }],
      ['kill, where the callee cannot be interrupted', { mode: 'kill' }],
    ])('with %s ends the call at once and leaves the callee alone', async (what, options) => {
      const [callee, caller, invocation] = await callUnderWay(what === 'skip' ? undefined : plainCallee);
      expect(await ask(caller, 49, 1, options)).toEqual(canceled);
      callee.send([70, invocation, {}, ['late']]);
      // The next thing the callee hears is the next call: there was no INTERRUPT before it.
      caller.send([48, 2, {}, 'com.a']);
      expect(await callee.next()).toStartWith([68, 2]);
      callee.send([70, 2, {}, ['in time']]);
      expect(await caller.next()).toEqual([50, 2, {}, ['in time']]);
    });

    it.each([
      ['killnowait', { mode: 'killnowait' }],
      ['no mode', {}],
    ])('with %s ends the call at once and interrupts the callee', async (_what, options) => {
      const [callee, caller, invocation] = await callUnderWay();
      expect(await ask(caller, 49, 1, options)).toEqual(canceled);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.canceled' },
      ]);
      callee.send([8, 68, invocation, {}, 'wamp.error.canceled']);
      expect(await ask(caller, 48, 2, {}, 'com.nothing')).toStartWith([8, 48, 2]);
    });

    it.each([
      [
        'error',
        (id: unknown) => [8, 68, id, {}, 'com.a.interrupted', ['x']],
        [8, 48, 1, {}, 'com.a.interrupted', ['x']],
      ],
      ['result', (id: unknown) => [70, id, {}, ['done']], [50, 1, {}, ['done']]],
    ])('with kill waits for the callee’s own %s', async (_what, answer, expected) => {
      const [callee, caller, invocation] = await callUnderWay();
      caller.send([49, 1, { mode: 'kill' }]);
      expect(await callee.next()).toEqual([69, invocation, { mode: 'kill', reason: 'wamp.error.canceled' }]);
      // A second CANCEL is ignored, so is one for a call that was never made.
      caller.send([49, 1, { mode: 'skip' }]);
      caller.send([49, 77, {}]);
      callee.send(answer(invocation));
      expect(await caller.next()).toEqual(expected);
    });

    it('with an unknown mode ends the call with ERROR of type CALL, never CANCEL', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      expect(await ask(caller, 49, 1, { mode: 'gently' })).toEqual([
        8,
        48,
        1,
        {},
        'wamp.error.invalid_argument',
        [ANY],
      ]);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.invalid_argument' },
      ]);
    });

    it('reaches nobody else’s call', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      const stranger = await join();
      stranger.send([49, 1, {}]);
      expect(await ask(stranger, 48, 1, {}, 'com.nothing')).toStartWith([8, 48, 1]);
      callee.send([70, invocation, {}, [1]]);
      expect(await caller.next()).toEqual([50, 1, {}, [1]]);
    });
  });

  describe('timeout and loss', () => {
    it('ends a call at the caller’s timeout, and interrupts the callee', async () => {
      const [callee, caller, invocation] = await callUnderWay(undefined, { timeout: 30 });
      expect(await caller.next()).toEqual([8, 48, 1, {}, 'wamp.error.timeout', [ANY]]);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.timeout' },
      ]);
    });

    it('does not interrupt a callee that cannot be', async () => {
      const [callee, caller] = await callUnderWay(plainCallee, { timeout: 30 });
      expect(await caller.next()).toStartWith([8, 48, 1, {}, 'wamp.error.timeout']);
      caller.send([48, 2, {}, 'com.a']);
      expect(await callee.next()).toStartWith([68, 2]);
    });

    it.each([
      ['leaves', (client: RawClient) => client.send([6, {}, 'wamp.close.normal'])],
      ['drops', (client: RawClient) => client.close()],
    ])('interrupts the callee when the caller %s', async (_how, go) => {
      const [callee, caller, invocation] = await callUnderWay();
      go(caller);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.canceled' },
      ]);
      callee.send([70, invocation, {}, ['for nobody']]);
      expect(await ask(callee, 48, 5, {}, 'com.nothing')).toStartWith([8, 48, 5]);
    });

    it.each([
      ['leaves', (client: RawClient) => client.send([6, {}, 'wamp.close.normal'])],
      ['drops', (client: RawClient) => client.close()],
    ])('tells the callers when the callee %s', async (_how, go) => {
      const [callee, caller] = await callUnderWay();
      go(callee);
      expect(await caller.next()).toEqual([8, 48, 1, {}, 'wamp.error.canceled', [ANY]]);
      expect(await ask(caller, 48, 2, {}, 'com.a')).toStartWith([
        8,
        48,
        2,
        {},
        'wamp.error.no_such_procedure',
      ]);
    });

    it('sends nothing after GOODBYE to a session that called itself', async () => {
      const both = await join();
      await ask(both, 64, 1, {}, 'com.a');
      await ask(both, 48, 2, {}, 'com.a');
      expect(await ask(both, 6, {}, 'wamp.close.normal')).toEqual([6, {}, 'wamp.close.goodbye_and_out']);
      expect((await hello(both))[0]).toBe(2);
    });
  });

  describe('broker', () => {
    it('publishes to every subscriber but the publisher, with one publication ID', async () => {
      const [one, two, publisher] = [await join(), await join(), await join()];
      const [, , subscription] = await ask(one, 32, 1, {}, 'com.t');
      // One topic, one ID; asking again changes nothing.
      expect(await ask(two, 32, 1, {}, 'com.t')).toEqual([33, 1, subscription]);
      expect(await ask(two, 32, 2, {}, 'com.t')).toEqual([33, 2, subscription]);
      await ask(publisher, 32, 1, {}, 'com.t');
      const published = await ask(publisher, 16, 2, { acknowledge: true }, 'com.t', [1], { k: 2 });
      expect(published).toEqual([17, 2, ANY]);
      const event = [36, subscription, published[2], {}, [1], { k: 2 }];
      expect(await one.next()).toEqual(event);
      expect(await two.next()).toEqual(event);
      expect([two.unread, publisher.unread]).toEqual([0, 0]);
    });

    it('answers a PUBLISH only where it asks for that', async () => {
      const client = await join();
      client.send([16, 1, {}, 'com.t']);
      client.send([16, 2, {}, 'com..t']);
      client.send([16, 3, { acknowledge: false }, 'wamp.t']);
      expect(await ask(client, 16, 4, { acknowledge: true }, 'com..t')).toEqual([
        8,
        16,
        4,
        {},
        'wamp.error.invalid_uri',
        [ANY],
      ]);
      expect(await ask(client, 16, 5, { acknowledge: true }, 'wamp.session.on_join')).toEqual([
        8,
        16,
        5,
        {},
        'wamp.error.invalid_uri',
        [ANY],
      ]);
    });

    it('sends PUBLISHED before the publisher’s own event, where exclude_me is false', async () => {
      const client = await join();
      await ask(client, 32, 1, {}, 'com.t');
      expect(await ask(client, 16, 2, { acknowledge: true, exclude_me: false }, 'com.t')).toStartWith([
        17, 2,
      ]);
      expect(await client.next()).toStartWith([36]);
    });

    it('gives events only to those that eligible and exclude lists leave', async () => {
      const [one, two, publisher] = [await connect(), await connect(), await join()];
      const [idOne, authidTwo] = [
        (await hello(one))[1],
        ((await hello(two))[2] as { authid: string }).authid,
      ];
      await ask(one, 32, 1, {}, 'com.t');
      await ask(two, 32, 1, {}, 'com.t');
      publisher.send([16, 1, { eligible: [idOne] }, 'com.t', ['for one']]);
      publisher.send([16, 2, { exclude: [idOne] }, 'com.t', ['for two']]);
      publisher.send([16, 3, { eligible: [] }, 'com.t', ['for nobody']]);
      publisher.send([16, 4, { eligible: [idOne], eligible_authid: [authidTwo] }, 'com.t', ['for nobody']]);
      publisher.send([16, 5, { exclude_authid: [authidTwo] }, 'com.t', ['for one again']]);
      publisher.send([16, 6, { eligible_authrole: ['anonymous'] }, 'com.t', ['for both']]);
      const argsOf = async (client: RawClient) => (await client.next())[4];
      expect([await argsOf(one), await argsOf(one), await argsOf(one)]).toEqual([
        ['for one'],
        ['for one again'],
        ['for both'],
      ]);
      expect([await argsOf(two), await argsOf(two)]).toEqual([['for two'], ['for both']]);
    });

    it('sends no event after UNSUBSCRIBE, and refuses a stranger’s subscription', async () => {
      const [client, publisher] = [await join(), await join()];
      const [, , subscription] = await ask(client, 32, 1, {}, 'com.t');
      const refused = [8, 34, 8, {}, 'wamp.error.no_such_subscription', [ANY]];
      expect(await ask(publisher, 34, 8, subscription)).toEqual(refused);
      expect(await ask(client, 34, 2, subscription)).toEqual([35, 2]);
      expect(await ask(client, 34, 8, subscription)).toEqual(refused);
      await ask(publisher, 16, 1, { acknowledge: true }, 'com.t');
      expect(await ask(client, 48, 3, {}, 'com.nothing')).toStartWith([8, 48, 3]);
    });

    it.each([
      ['prefix', 'com.t', 'wamp.error.option_not_allowed'],
      ['wildcard', 'com..t', 'wamp.error.option_not_allowed'],
      ['exact', 'com..t', 'wamp.error.invalid_uri'],
    ])('refuses a subscription with match %s to %s', async (match, topic, error) => {
      expect(await ask(await join(), 32, 1, { match }, topic)).toEqual([8, 32, 1, {}, error, [ANY]]);
    });

    it('lets clients subscribe to what the router may say one day', async () => {
      expect(await ask(await join(), 32, 1, {}, 'wamp.session.on_join')).toEqual([33, 1, ANY]);
    });
  });
});

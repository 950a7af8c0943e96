import { describe, expect, it } from 'vitest';
import { ROUTER_ROLES } from '../../../src/router/access/admission.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { ALL_ROLES, hello } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

describe.each(CONTRACT_MATRIX)('sessions over $name', (transport) => {
  const { host, connect, join, ask } = useRouter(transport);

  it('an anonymous client gets WELCOME with everything that clients need', async () => {
    const welcome = await hello(await connect());
    expect(welcome).toEqual([
      MESSAGE.WELCOME,
      ANY,
      {
        realm: 'realm1',
        authid: expect.stringMatching(/./),
        authrole: 'anonymous',
        authmethod: 'anonymous',
        authprovider: 'static',
        authextra: {},
        agent: 'test-router',
        roles: ROUTER_ROLES,
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
      'unavailable authmethods',
      ['realm1', { roles: ALL_ROLES, authmethods: ['ticket'] }],
      'wamp.error.no_matching_auth_method',
    ],
  ])('a HELLO with %s gets ABORT', async (_what, [realm, details], uri) => {
    const client = await connect();
    const abort = await hello(client, realm as string, details as object);
    // Three elements, with the message in Details: autobahn|python accepts no others.
    expect(abort).toEqual([MESSAGE.ABORT, { message: expect.stringMatching(/ /) }, uri]);
    await client.closed;
  });

  it.each([
    ['a second HELLO', [MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]],
    ['a WELCOME', [MESSAGE.WELCOME, 1, {}]],
    ['a CHALLENGE', [MESSAGE.CHALLENGE, 'ticket', {}]],
    ['an AUTHENTICATE without CHALLENGE', [MESSAGE.AUTHENTICATE, 'x', {}]],
    ['a REGISTERED', [MESSAGE.REGISTERED, 1, 1]],
    ['an EVENT', [MESSAGE.EVENT, 1, 1, {}]],
    ['an ERROR for a CALL', [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'com.x']],
  ])('a client that sends %s violates the protocol', async (_what, message) => {
    const client = await join();
    expect(await ask(client, ...message)).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
    await client.closed;
  });

  it.each([
    ['a CALL', [MESSAGE.CALL, 1, {}, 'com.a']],
    ['a GOODBYE', [MESSAGE.GOODBYE, {}, 'wamp.close.normal']],
  ])('a client that sends %s before HELLO violates the protocol', async (_what, message) => {
    const client = await connect();
    expect(await ask(client, ...message)).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
    await client.closed;
  });

  it('a session ends after GOODBYE and its reply, and its connection may join again', async () => {
    const client = await join();
    const other = await join();
    await ask(client, MESSAGE.REGISTER, 1, {}, 'com.a');
    await ask(client, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    expect(await ask(client, MESSAGE.GOODBYE, {}, 'wamp.close.close_realm')).toEqual([
      MESSAGE.GOODBYE,
      {},
      'wamp.close.goodbye_and_out',
    ]);
    expect(host().router.counts()).toMatchObject({
      connections: 2,
      sessions: 1,
      registrations: 0,
      subscriptions: 0,
    });
    expect(await ask(other, MESSAGE.CALL, 1, {}, 'com.a')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.no_such_procedure',
    ]);
    expect((await hello(client, 'realm2'))[0]).toBe(MESSAGE.WELCOME);
    expect(await ask(client, MESSAGE.REGISTER, 1, {}, 'com.a')).toEqual([MESSAGE.REGISTERED, 1, ANY]);
  });

  it('a session ends after ABORT without a reply', async () => {
    const client = await join();
    client.send([MESSAGE.ABORT, {}, 'wamp.error.protocol_violation']);
    await client.closed;
    expect(client.unread).toBe(0);
  });

  it('a session has no access to other realms', async () => {
    const callee = await join();
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    const stranger = await join(undefined, 'realm2');
    expect(await ask(stranger, MESSAGE.CALL, 1, {}, 'com.a')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.no_such_procedure',
    ]);
  });

  it('a session gets GOODBYE when the router closes, which waits for the reply', async () => {
    const client = await join();
    const closing = host().router.close();
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    // Messages in the meantime are ignored.
    client.send([MESSAGE.CALL, 1, {}, 'com.a']);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await closing;
    await client.closed;
    expect(client.unread).toBe(0);
  });
});

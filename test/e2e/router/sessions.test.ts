import { describe, expect, it } from 'vitest';
import { ROUTER_ROLES } from '../../../src/router/access/admission.js';
import { ANY, TRANSPORTS, useRouter } from '../../support/contract.js';
import { ALL_ROLES, hello } from '../../support/raw-client.js';

describe.each(TRANSPORTS)('sessions, over %s', (transport) => {
  const { host, connect, join, ask } = useRouter(transport);

  it('sends WELCOME with everything that clients need to an anonymous client', async () => {
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
      'authmethods that are not there',
      ['realm1', { roles: ALL_ROLES, authmethods: ['ticket'] }],
      'wamp.error.no_matching_auth_method',
    ],
  ])('aborts a HELLO with %s', async (_what, [realm, details], uri) => {
    const client = await connect();
    const abort = await hello(client, realm as string, details as object);
    // Three elements, with the message in Details: autobahn|python accepts no others.
    expect(abort).toEqual([3, { message: expect.stringMatching(/ /) }, uri]);
    await client.closed;
  });

  it.each([
    ['a second HELLO', [1, 'realm1', { roles: ALL_ROLES }]],
    ['a WELCOME', [2, 1, {}]],
    ['a CHALLENGE', [4, 'ticket', {}]],
    ['an AUTHENTICATE without CHALLENGE', [5, 'x', {}]],
    ['a REGISTERED', [65, 1, 1]],
    ['an EVENT', [36, 1, 1, {}]],
    ['an ERROR for a CALL', [8, 48, 1, {}, 'com.x']],
  ])('treats %s from a client as a protocol violation', async (_what, message) => {
    const client = await join();
    expect(await ask(client, ...message)).toEqual([3, { message: ANY }, 'wamp.error.protocol_violation']);
    await client.closed;
  });

  it.each([
    ['a CALL', [48, 1, {}, 'com.a']],
    ['a GOODBYE', [6, {}, 'wamp.close.normal']],
  ])('treats %s before HELLO as a protocol violation', async (_what, message) => {
    const client = await connect();
    expect(await ask(client, ...message)).toEqual([3, { message: ANY }, 'wamp.error.protocol_violation']);
    await client.closed;
  });

  it('replies to GOODBYE, removes the session, and lets the connection join again', async () => {
    const client = await join();
    const other = await join();
    await ask(client, 64, 1, {}, 'com.a');
    await ask(client, 32, 2, {}, 'com.t');
    expect(await ask(client, 6, {}, 'wamp.close.close_realm')).toEqual([6, {}, 'wamp.close.goodbye_and_out']);
    expect(host().router.counts()).toMatchObject({
      connections: 2,
      sessions: 1,
      registrations: 0,
      subscriptions: 0,
    });
    expect(await ask(other, 48, 1, {}, 'com.a')).toStartWith([8, 48, 1, {}, 'wamp.error.no_such_procedure']);
    expect((await hello(client, 'realm2'))[0]).toBe(2);
    expect(await ask(client, 64, 1, {}, 'com.a')).toEqual([65, 1, ANY]);
  });

  it('never replies to ABORT, and removes the session', async () => {
    const client = await join();
    client.send([3, {}, 'wamp.error.protocol_violation']);
    await client.closed;
    expect(client.unread).toBe(0);
  });

  it('keeps realms separate', async () => {
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

  it('sends GOODBYE when the router closes, and waits for the reply', async () => {
    const client = await join();
    const closing = host().router.close();
    expect(await client.next()).toEqual([6, {}, 'wamp.close.system_shutdown']);
    // Messages in the meantime are ignored.
    client.send([48, 1, {}, 'com.a']);
    client.send([6, {}, 'wamp.close.goodbye_and_out']);
    await closing;
    await client.closed;
    expect(client.unread).toBe(0);
  });
});

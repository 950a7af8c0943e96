import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../test/support/limits.js';
import { attachRaw, hello, type RawClient } from '../../test/support/raw-client.js';
import type { CallableProcedure } from '../gateway/service.js';
import { createRouter } from '../router/router.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import { IN_PROCESS, localPeers } from '../wamp/peer.js';
import { createOwnProcedures } from './own-procedures.js';

const REALM = 'realm1';
const A = 'com.shop.a';
const B = 'com.shop.b';
const C = 'com.shop.c';
const NO_PROCEDURE = 'wamp.error.no_such_procedure';

/** A procedure whose results have the version. Its handler needs no more of it than this. */
const procedure = (uri: string, version: string, realm = REALM): CallableProcedure =>
  ({ config: { settings: { uri, realm, version } } }) as unknown as CallableProcedure;

const versionOf = ({ config: { settings } }: CallableProcedure): string =>
  (settings as unknown as { readonly version: string }).version;

function open(realms: readonly string[] = [REALM]) {
  const router = createRouter({ realms, limits: LIMITS, allowAnonymous: true, agent: 'test' });
  const joined: string[] = [];
  /** Ends the calls that wait, by their version. */
  const waiting = new Map<string, () => void>();
  const own = createOwnProcedures({
    callee: {
      handlerFor: (of) => async (invocation) => {
        const { wait } = (invocation.kwargs ?? {}) as { readonly wait?: boolean };
        if (wait === true) await new Promise<void>((resolve) => waiting.set(versionOf(of), resolve));
        return { kind: 'result', payload: { args: [versionOf(of)] } };
      },
    },
    async join(realm) {
      joined.push(realm);
      const [ours, theirs] = localPeers();
      router.attach(theirs, IN_PROCESS);
      return await joinRealm(ours, { realm });
    },
  });

  async function connect(realm = REALM): Promise<RawClient> {
    const client = attachRaw(router.attach);
    await hello(client, realm);
    return client;
  }

  return {
    router,
    own,
    joined,
    waiting,
    connect,
    async prepare(...all: readonly CallableProcedure[]) {
      const prepared = await own.prepare(all);
      if (prepared.kind === 'cannot') throw new Error(prepared.reason);
      return prepared;
    },
  };
}

let request = 0;
/** The version that answers a call, or the URI of the error. */
async function call(client: RawClient, uri: string, kwargs: object = {}): Promise<unknown> {
  client.send([MESSAGE.CALL, ++request, {}, uri, [], kwargs]);
  return answerIn(await client.next());
}

function answerIn(message: readonly unknown[]): unknown {
  return message[0] === MESSAGE.RESULT ? (message[3] as unknown[])[0] : message[4];
}

describe("the gateway's own procedures", () => {
  it('are registered with one session for each realm', async () => {
    const { own, joined, connect } = open([REALM, 'realm2']);
    await own.register([procedure(A, '1'), procedure(B, '1'), procedure(A, 'other', 'realm2')]);
    expect(joined.toSorted()).toEqual([REALM, 'realm2']);
    expect(own.sessions.map(({ realm }) => realm).toSorted()).toEqual([REALM, 'realm2']);
    const [one, two] = [await connect(), await connect('realm2')];
    expect([await call(one, A), await call(one, B), await call(two, A)]).toEqual(['1', '1', 'other']);
  });

  it('change only at the commit', async () => {
    const { own, prepare, connect, joined } = open();
    await own.register([procedure(A, '1'), procedure(B, '1')]);
    const client = await connect();
    const prepared = await prepare(procedure(A, '2'), procedure(C, '2'));
    expect([await call(client, A), await call(client, B)]).toEqual(['1', '1']);
    await prepared.commit();
    expect([await call(client, A), await call(client, B), await call(client, C)]).toEqual([
      '2',
      NO_PROCEDURE,
      '2',
    ]);
    expect(joined).toEqual([REALM]);
  });

  it('keep their registrations if they stay', async () => {
    const { own, prepare, router } = open();
    await own.register([procedure(A, '1')]);
    const { registrations } = router.counts();
    const before = own.sessions[0];
    await (await prepare(procedure(A, '2'))).commit();
    expect([router.counts().registrations, own.sessions[0]]).toEqual([registrations, before]);
  });

  it('end running calls with the old handler, also those of removed procedures', async () => {
    const { own, prepare, connect, waiting } = open();
    await own.register([procedure(A, 'a1'), procedure(B, 'b1')]);
    const clients = [await connect(), await connect()] as const;
    const running = [call(clients[0], A, { wait: true }), call(clients[1], B, { wait: true })];
    await expect.poll(() => waiting.size).toBe(2);
    await (await prepare(procedure(A, 'a2'))).commit();
    expect(await call(await connect(), A)).toBe('a2');
    for (const letEnd of waiting.values()) letEnd();
    expect(await Promise.all(running)).toEqual(['a1', 'b1']);
  });

  it('are as before after an abandoned change', async () => {
    const { own, prepare, connect, router } = open();
    await own.register([procedure(A, '1')]);
    const { registrations } = router.counts();
    await (await prepare(procedure(B, '2'))).abandon();
    const client = await connect();
    expect([await call(client, A), await call(client, B)]).toEqual(['1', NO_PROCEDURE]);
    expect(router.counts().registrations).toBe(registrations);
    await (await prepare(procedure(B, '3'))).commit();
    expect([await call(client, A), await call(client, B)]).toEqual([NO_PROCEDURE, '3']);
  });

  it('cannot change if a client has registered one of them, and then nothing is left', async () => {
    const { own, connect, router } = open();
    await own.register([procedure(A, '1')]);
    const client = await connect();
    client.send([MESSAGE.REGISTER, 1, {}, C]);
    await client.next();
    const { registrations } = router.counts();
    expect(await own.prepare([procedure(A, '2'), procedure(B, '2'), procedure(C, '2')])).toEqual({
      kind: 'cannot',
      reason: `the procedure ${C} in the realm ${REALM} is registered by a client; end that client, or choose another uri`,
    });
    expect(router.counts().registrations).toBe(registrations);
    expect([await call(client, A), await call(client, B)]).toEqual(['1', NO_PROCEDURE]);
  });

  it('cannot change if one of them is refused by the router', async () => {
    const { own } = open();
    await own.register([]);
    expect(await own.prepare([procedure('wamp.own', '1')])).toEqual({
      kind: 'cannot',
      reason: `the procedure wamp.own in the realm ${REALM} cannot be registered (wamp.error.invalid_uri)`,
    });
  });

  it('join a realm again that was removed and comes back', async () => {
    const { own, prepare, router, connect, joined } = open();
    await own.register([procedure(A, '1')]);
    const only = (realm: string) => router.update({ realms: [realm], limits: LIMITS, allowAnonymous: true });
    for (const realm of ['realm2', REALM]) {
      router.prepareRealms([REALM, 'realm2']);
      const [before] = own.sessions;
      await (await prepare(procedure(A, realm, realm))).commit();
      only(realm);
      await before?.closed;
      expect(own.sessions.map((session) => session.realm)).toEqual([realm]);
      expect(await call(await connect(realm), A)).toBe(realm);
    }
    expect(joined).toEqual([REALM, 'realm2', REALM]);
  });
});

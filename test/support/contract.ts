import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { RouterOptions } from '../../src/router/router.js';
import { dialRouter } from '../../src/transport/dial-router.js';
import { joinRealm, type Session } from '../../src/wamp/client/session.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import type { Dict } from '../../src/wamp/payload.js';
import { IN_PROCESS, localPeers, type Peer } from '../../src/wamp/peer.js';
import { type Login, logIn } from './logins.js';
import './matchers.js';
import { ALL_ROLES, connectRaw, hello, type RawClient, rawOver } from './raw-client.js';
import { type RouterHost, startRouterHost, untilEmpty } from './router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.js';
import type { TransportCase } from './transport-matrix.js';

/** The description of a connection over this transport in the session meta API. */
export function transportDetails({ transport, serializer }: TransportCase): object {
  const { protocol, unix } = transport;
  if (protocol === undefined) return { type: 'in-process' };
  const details = { type: protocol, serializer: serializer.name };
  return unix === true ? details : { ...details, peer: '127.0.0.1' };
}

export const ANY = expect.anything();

/** Announces every feature that changes what a router sends to the client. */
export const CAPABLE = {
  roles: {
    caller: {
      features: { call_canceling: true, progressive_call_results: true, payload_passthru_mode: true },
    },
    callee: {
      features: {
        call_canceling: true,
        call_reroute: true,
        call_timeout: true,
        payload_passthru_mode: true,
        progressive_call_results: true,
        registration_revocation: true,
      },
    },
    publisher: { features: { payload_passthru_mode: true } },
    subscriber: { features: { payload_passthru_mode: true } },
  },
};

/** Announces a callee that does not support INTERRUPT. */
export const PLAIN_CALLEE = { roles: { callee: {}, caller: {} } };

/** A client that has joined, with the details of its WELCOME. */
export interface Member {
  readonly client: RawClient;
  readonly id: number;
  readonly authid: string;
  readonly authrole: string;
}

/**
 * Starts a router for each test of a suite, and connects clients to it over one transport. After
 * each test it closes all clients; then the router must hold nothing.
 */
export function useRouter({ transport, serializer }: TransportCase, options: Partial<RouterOptions> = {}) {
  let current: RouterHost;
  let folder: TemporaryFolder | undefined;
  const clients: RawClient[] = [];
  const sessions: Session[] = [];

  beforeEach(async () => {
    const { protocol = 'websocket', unix } = transport;
    folder = unix === true ? createTemporaryFolder() : undefined;
    const socket = folder && joinPath(folder.path, 'router.sock');
    current = await startRouterHost({ router: options, listener: { protocol, socket } });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(sessions.splice(0).map((session) => session.leave()));
    await untilEmpty(current);
    await current.dispose();
    folder?.remove();
  });

  async function connect(): Promise<RawClient> {
    // A bare WebSocket can also send invalid messages.
    const isBare = transport.protocol === 'websocket' && serializer.name === 'json';
    const client = isBare ? await connectRaw(current.url) : rawOver(await dial());
    clients.push(client);
    return client;
  }
  async function join(details: object = { roles: ALL_ROLES }, realm = 'realm1'): Promise<RawClient> {
    const client = await connect();
    expect((await hello(client, realm, details))[0]).toBe(MESSAGE.WELCOME);
    return client;
  }
  /** A client whose session details the test needs: one that logs in, or is anonymous. */
  async function member(login?: Login, details: object = {}, realm = 'realm1'): Promise<Member> {
    const client = await connect();
    const welcome =
      login === undefined
        ? await hello(client, realm, { roles: ALL_ROLES, ...details })
        : await logIn(client, realm, login, details);
    expect(welcome[0]).toBe(MESSAGE.WELCOME);
    const { authid, authrole } = welcome[2] as { readonly authid: string; readonly authrole: string };
    return { client, id: welcome[1] as number, authid, authrole };
  }
  /** A client that follows the protocol. */
  async function session(details: Dict = {}): Promise<Session> {
    const joined = await joinRealm(await dial(), { realm: 'realm1', details });
    sessions.push(joined);
    return joined;
  }
  async function dial(): Promise<Peer> {
    if (transport.protocol !== undefined) return dialRouter(current.url, { serializer });
    const [ours, theirs] = localPeers();
    current.router.attach(theirs, { ...IN_PROCESS, trusted: false });
    return ours;
  }
  async function ask(client: RawClient, ...message: unknown[]): Promise<readonly unknown[]> {
    client.send(message);
    return client.next();
  }
  /**
   * A callee with `com.a` registered, a caller, and a running call: [callee, caller, request ID of
   * the INVOCATION].
   */
  async function callUnderWay(calleeDetails?: object, options: object = {}) {
    const callee = await join(calleeDetails);
    const caller = await join();
    const registered = await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    expect(registered).toEqual([MESSAGE.REGISTERED, 1, ANY]);
    caller.send([MESSAGE.CALL, 1, options, 'com.a', ['x']]);
    const invocation = await callee.next();
    expect(invocation).toEqual([MESSAGE.INVOCATION, ANY, registered[2], {}, ['x']]);
    return [callee, caller, invocation[1]] as const;
  }
  /**
   * Checks that clients have got nothing so far: the next message is the response to a new request.
   */
  async function hearsNothing(...silent: readonly RawClient[]): Promise<void> {
    for (const client of silent) {
      // No pattern matches this procedure, and no test uses such a request ID.
      expect(await ask(client, MESSAGE.CALL, 9_999, {}, 'wamp.nothing')).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        9_999,
      ]);
    }
  }
  /** Calls, and returns the first positional result. */
  async function call(client: RawClient, request: number, procedure: string, ...tail: unknown[]) {
    const result = await ask(client, MESSAGE.CALL, request, {}, procedure, ...tail);
    expect(result).toStartWith([MESSAGE.RESULT, request, {}]);
    return (result[3] as readonly unknown[] | undefined)?.[0];
  }
  return { host: () => current, connect, join, member, session, ask, hearsNothing, call, callUnderWay };
}

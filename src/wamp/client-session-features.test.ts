import { beforeEach, describe, expect, it } from 'vitest';
import { type RawClient, rawOver } from '../../test/support/raw-client.js';
import type { ReceivedEvent } from './client/event-handlers.js';
import type { Invocation } from './client/invocations.js';
import { type CallResult, joinRealm, type Session } from './client/session.js';
import { MESSAGE } from './messages.js';
import { localPeers } from './peer.js';

/** The tests play the router, in bare lists. */
let router: RawClient;
let session: Session;
const logged: object[] = [];
const log = { debug() {}, info() {}, warn() {}, error: (record: object) => void logged.push(record) };

beforeEach(async () => {
  logged.length = 0;
  const [ours, theirs] = localPeers();
  router = rawOver(theirs);
  const joining = joinRealm(ours, { realm: 'realm1', log });
  await router.next();
  router.send([MESSAGE.WELCOME, 77, {}]);
  session = await joining;
});

describe('progressive results', () => {
  it('reach a caller that asks for them before the result', async () => {
    const parts: CallResult[] = [];
    const call = session.call('com.a', {}, { timeout: 5 }, (part) => parts.push(part));
    expect(await router.next()).toEqual([MESSAGE.CALL, 1, { timeout: 5, receive_progress: true }, 'com.a']);
    router.send([MESSAGE.RESULT, 1, { progress: true }, ['one']]);
    router.send([MESSAGE.RESULT, 1, { progress: true }, [], { k: 2 }]);
    router.send([MESSAGE.RESULT, 1, {}, ['whole']]);
    router.send([MESSAGE.RESULT, 1, { progress: true }, ['too late']]);
    expect(await call).toEqual({ args: ['whole'], details: {} });
    expect(parts).toEqual([
      { args: ['one'], details: { progress: true } },
      { args: [], kwargs: { k: 2 }, details: { progress: true } },
    ]);
  });

  async function invoke(details: object): Promise<Invocation> {
    let invocation: Invocation | undefined;
    const registering = session.register('com.', { match: 'prefix' }, async (given) => {
      invocation = given;
      given.progress?.({ args: ['part'] });
      return { kind: 'result', payload: { args: ['whole'] } };
    });
    await router.next();
    router.send([MESSAGE.REGISTERED, 1, 9]);
    await registering;
    router.send([MESSAGE.INVOCATION, 1, 9, details]);
    return invocation as unknown as Invocation;
  }

  it('are sent by a handler that is asked for them, and not after the result', async () => {
    const invocation = await invoke({ receive_progress: true, procedure: 'com.asked' });
    expect(invocation.procedure).toBe('com.asked');
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, {}, ['whole']]);
    expect(invocation.progress?.({})).toBe('closed');
    expect(router.unread).toBe(0);
  });

  it('are not sent by a handler whose caller does not ask for them', async () => {
    expect((await invoke({})).progress).toBeUndefined();
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, {}, ['whole']]);
  });
});

describe('events', () => {
  const heard: ReceivedEvent[] = [];
  async function subscribe(onEvent = (event: ReceivedEvent) => void heard.push(event)): Promise<number> {
    heard.length = 0;
    const subscribing = session.subscribe('com.t', { match: 'prefix' }, onEvent);
    const [, request] = await router.next();
    router.send([MESSAGE.SUBSCRIBED, request, 5]);
    // In the same breath as SUBSCRIBED, as a retained event may come.
    router.send([MESSAGE.EVENT, 5, 8, { topic: 'com.t.x' }, [1], { k: 2 }]);
    return subscribing;
  }

  it('reach the handlers of their subscription until they unsubscribe', async () => {
    expect(await subscribe()).toBe(5);
    expect(heard).toEqual([{ publication: 8, details: { topic: 'com.t.x' }, args: [1], kwargs: { k: 2 } }]);
    const leaving = session.unsubscribe(5);
    expect(await router.next()).toEqual([MESSAGE.UNSUBSCRIBE, 2, 5]);
    router.send([MESSAGE.EVENT, 5, 9, {}]);
    router.send([MESSAGE.UNSUBSCRIBED, 2]);
    await leaving;
    expect(heard).toHaveLength(1);
  });

  it('end with a subscription that the router revokes', async () => {
    await subscribe();
    router.send([MESSAGE.UNSUBSCRIBED, 0, { subscription: 5, reason: 'why' }]);
    router.send([MESSAGE.EVENT, 5, 9, {}]);
    expect(heard).toHaveLength(1);
  });

  it('reach the next handler if one fails, which is logged without their payload', async () => {
    await subscribe(() => {
      throw new Error('secret');
    });
    expect(logged).toMatchObject([{ subscription: 5, error: 'Error' }]);
    expect(JSON.stringify(logged)).not.toContain('secret');
    router.send([MESSAGE.EVENT, 5, 9, {}]);
    expect(logged).toHaveLength(2);
  });

  it('are published with and without acknowledgement', async () => {
    expect(await session.publish('com.t', { args: [1] })).toBeUndefined();
    expect(await router.next()).toEqual([MESSAGE.PUBLISH, 1, {}, 'com.t', [1]]);
    const publishing = session.publish('com.t', {}, { acknowledge: true });
    expect(await router.next()).toEqual([MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.t']);
    router.send([MESSAGE.PUBLISHED, 2, 99]);
    expect(await publishing).toBe(99);
  });

  it('cannot be published after the end of the session', async () => {
    router.close();
    await session.closed;
    const lost = { uri: 'wamp.error.network_failure' };
    await expect(session.publish('com.t', {})).rejects.toMatchObject(lost);
    await expect(session.publish('com.t', {}, { acknowledge: true })).rejects.toMatchObject(lost);
    await expect(session.subscribe('com.t', {}, () => {})).rejects.toMatchObject(lost);
  });
});

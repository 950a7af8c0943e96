import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../test/support/limits.js';
import { ALL_ROLES } from '../../../test/support/raw-client.js';
import type { Task } from '../../turns.js';
import { decodeMessage } from '../../wamp/decode.js';
import { MESSAGE, type Message } from '../../wamp/messages.js';
import { localPeers } from '../../wamp/peer.js';
import { createRouter, type Router } from '../router.js';

const FROM_NETWORK = {
  transport: 'rawsocket',
  trusted: false,
  handshakeTimeout: 0,
  handshakeElapsed: 0,
} as const;

/** So many subscribers that no event reaches all of them in one turn. */
const LISTENERS = 8;

describe('meta events that take longer than a turn', () => {
  const tasks: Task[] = [];
  let router: Router;
  beforeEach(() => {
    tasks.length = 0;
    router = createRouter({
      realms: ['realm1'],
      limits: LIMITS,
      allowAnonymous: true,
      agent: 'test',
      turns: { number: 0, hasTime: () => false, add: (task) => void tasks.push(task) },
    });
  });

  /** A client, and how often the router stopped and resumed reading from it. */
  function client(remoteAddress?: string) {
    const [ours, theirs] = localPeers();
    const one = { heard: [] as Message[], held: 0, released: 0 };
    const hold = () => void one.held++;
    const release = () => void one.released++;
    router.attach({ ...theirs, hold, release }, { ...FROM_NETWORK, ...(remoteAddress && { remoteAddress }) });
    ours.listen({ onMessage: (message) => void one.heard.push(message), onViolation() {}, onClose() {} });
    const send = (list: unknown[]) => void ours.send(decodeMessage(list));
    return Object.assign(one, {
      send,
      join: () => send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]),
      leave: () => send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']),
      id: () => (one.heard.find(({ type }) => type === MESSAGE.WELCOME) as { session: number }).session,
    });
  }

  function runAll(until: () => boolean = () => false): void {
    for (let turn = 0; tasks.length > 0 && !until(); turn++) {
      if (turn > 1000) throw new Error('the tasks never end');
      const task = tasks.shift();
      if (task?.() === false) tasks.push(task);
    }
  }

  function listeners(prefix = 'wamp.session.') {
    const all = Array.from({ length: LISTENERS }, () => client());
    for (const one of all) one.join();
    for (const one of all) one.send([MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, prefix]);
    runAll();
    return all;
  }

  const events = ({ heard }: { heard: Message[] }) =>
    heard.flatMap((message) =>
      message.type === MESSAGE.EVENT ? [JSON.stringify(message.payload.args)] : [],
    );

  it('do not make a new client wait behind events that others cause', () => {
    const [listener] = listeners();
    const others = Array.from({ length: 20 }, () => client());
    for (const other of others) other.join();
    const newcomer = client();
    newcomer.join();
    newcomer.send([MESSAGE.CALL, 1, {}, 'wamp.session.count']);
    expect(newcomer.heard.map(({ type }) => type)).toEqual([MESSAGE.WELCOME, MESSAGE.RESULT]);
    expect(newcomer.held).toBe(0);
    expect(events(listener!).at(-1)).not.toContain(String(newcomer.id()));
    runAll();
    expect(events(listener!).at(-1)).toContain(String(newcomer.id()));
  });

  it('hold a connection whose sessions join and leave again and again', () => {
    listeners();
    client().join();
    const restless = client();
    for (let round = 0; round < 10; round++) {
      restless.join();
      restless.leave();
    }
    expect([restless.held, restless.released]).toEqual([1, 0]);
    runAll();
    expect([restless.held, restless.released]).toEqual([1, 1]);
  });

  it('announce neither join nor leave of a session that leaves before its turn', () => {
    const [listener] = listeners();
    const first = client();
    first.join();
    const brief = client();
    brief.join();
    brief.leave();
    first.leave();
    runAll();
    const told = events(listener!);
    expect(told).toHaveLength(2);
    for (const one of told) expect(one).toContain(String(first.id()));
  });

  it('release a held connection when it owes half of the limit', () => {
    listeners();
    const restless = client();
    for (let round = 0; round < 10; round++) {
      restless.join();
      restless.leave();
    }
    runAll(() => restless.released > 0);
    expect(restless.released).toBe(1);
    expect(tasks).not.toHaveLength(0);
  });

  it('alternate between connections, so that one with few events does not wait behind one with many', () => {
    const [listener] = listeners('wamp.subscription.');
    const [busy, other] = [client(), client()];
    for (const one of [busy, other]) one.join();
    for (let at = 1; at <= 10; at++) busy.send([MESSAGE.SUBSCRIBE, at, {}, `com.busy${at}`]);
    const before = events(listener!).length;
    other.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.other']);
    runAll(() => events(listener!).slice(before).join().includes(String(other.id())));
    expect(events(listener!).slice(before).length).toBeLessThanOrEqual(3);
    runAll();
    expect(events(listener!)).toHaveLength(22);
  });

  it('alternate between sources, so that one connection does not wait behind many of one address', () => {
    const [listener] = listeners('wamp.subscription.');
    const crowd = Array.from({ length: 20 }, () => client('192.0.2.1'));
    const other = client('192.0.2.2');
    for (const one of [...crowd, other]) one.join();
    for (const [at, one] of crowd.entries()) one.send([MESSAGE.SUBSCRIBE, 1, {}, `com.crowd${at}`]);
    other.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.other']);
    const told = () => events(listener!).filter((event) => event.includes(String(other.id()))).length;
    runAll(() => told() === 2);
    expect(events(listener!).length).toBeLessThanOrEqual(5);
    runAll();
    expect(events(listener!)).toHaveLength(42);
  });

  it('keep their order for one subscription, whichever sessions cause them', () => {
    const [listener] = listeners('wamp.subscription.');
    const [busy, other] = [client(), client()];
    for (const one of [busy, other]) one.join();
    for (let at = 1; at <= 5; at++) busy.send([MESSAGE.SUBSCRIBE, at, {}, `com.topic${at}`]);
    other.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.topic5']);
    runAll();
    const subscription = (other.heard.at(-1) as { subscription: number }).subscription;
    const topics = listener!.heard.flatMap((message) => {
      if (message.type !== MESSAGE.EVENT) return [];
      const [session, about] = message.payload.args as [number, number | { id: number }];
      const isAbout = (typeof about === 'number' ? about : about.id) === subscription;
      return isAbout ? [[session, message.details['topic']]] : [];
    });
    expect(topics).toEqual([
      [busy.id(), 'wamp.subscription.on_create'],
      [busy.id(), 'wamp.subscription.on_subscribe'],
      [other.id(), 'wamp.subscription.on_subscribe'],
    ]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../test/support/limits.js';
import { ALL_ROLES } from '../../test/support/raw-client.js';
import type { Task } from '../turns.js';
import { decodeMessage } from '../wamp/decode.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import { localPeers } from '../wamp/peer.js';
import { createRouter, type Router } from './router.js';

const FROM_NETWORK = {
  transport: 'rawsocket',
  trusted: false,
  handshakeTimeout: 0,
  handshakeElapsed: 0,
} as const;

/** So many that no event reaches all of them in a turn without time. */
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

  /** A client, and how often the router stopped and began to read what it sends. */
  function client() {
    const [ours, theirs] = localPeers();
    const one = { heard: [] as Message[], held: 0, released: 0 };
    const hold = () => void one.held++;
    const release = () => void one.released++;
    router.attach({ ...theirs, hold, release }, FROM_NETWORK);
    ours.listen({ onMessage: (message) => void one.heard.push(message), onViolation() {}, onClose() {} });
    const send = (list: unknown[]) => void ours.send(decodeMessage(list));
    return Object.assign(one, {
      send,
      join: () => send([1, 'realm1', { roles: ALL_ROLES }]),
      leave: () => send([6, {}, 'wamp.close.normal']),
      id: () => (one.heard.find(({ type }) => type === MESSAGE.WELCOME) as { session: number }).session,
    });
  }

  function runAll(): void {
    for (let turn = 0; tasks.length > 0; turn++) {
      if (turn > 1000) throw new Error('the tasks never end');
      const task = tasks.shift();
      if (task?.() === false) tasks.push(task);
    }
  }

  function listeners() {
    const all = Array.from({ length: LISTENERS }, client);
    for (const one of all) one.join();
    for (const one of all) one.send([32, 1, { match: 'prefix' }, 'wamp.session.']);
    runAll();
    return all;
  }

  const events = ({ heard }: { heard: Message[] }) =>
    heard.flatMap((message) =>
      message.type === MESSAGE.EVENT ? [JSON.stringify(message.payload.args)] : [],
    );

  it('do not keep a client waiting that has just joined, behind what others cause', () => {
    const [listener] = listeners();
    const others = Array.from({ length: 20 }, client);
    for (const other of others) other.join();
    const newcomer = client();
    newcomer.join();
    newcomer.send([48, 1, {}, 'wamp.session.count']);
    expect(newcomer.heard.map(({ type }) => type)).toEqual([MESSAGE.WELCOME, MESSAGE.RESULT]);
    expect(newcomer.held).toBe(0);
    expect(events(listener!).at(-1)).not.toContain(String(newcomer.id()));
    runAll();
    expect(events(listener!).at(-1)).toContain(String(newcomer.id()));
  });

  it('hold the connection whose sessions come and go without end', () => {
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

  it('tell neither that a session came nor that it went, where it went before its turn', () => {
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
});

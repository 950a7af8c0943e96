import { once } from 'node:events';
import { expect } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { byTicket } from '../logins.js';
import { ALL_ROLES, hello } from '../raw-client.js';
import { ask, connect, join, type LimitCase, outcome, TOO_MANY, type Urls, VIOLATION } from './limit-case.js';

/** 25 MB of events for a client that does not read: more than the system buffers. */
async function floods(urls: Urls): Promise<'cut' | 'ok'> {
  const [reader, publisher] = [await join(urls), await join(urls)];
  await ask(reader, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
  reader.ws.pause();
  const block = 'x'.repeat(100_000);
  for (let request = 1; request <= 250; request++)
    expect(await ask(publisher, MESSAGE.PUBLISH, request, { acknowledge: true }, 'com.t', [block])).toBe(
      'ok',
    );
  publisher.send([MESSAGE.CALL, 251, {}, 'wamp.session.count']);
  const [, , , [count]] = (await publisher.next()) as [number, number, object, [number]];
  return count === 1 ? 'cut' : 'ok';
}

/** Three messages, while the authorizer has not decided about the first. */
async function waits(urls: Urls, size: number): Promise<unknown> {
  const decider = await connect(urls);
  await hello(decider, 'decided', { roles: ALL_ROLES, ...byTicket('decider', '').details });
  expect(await ask(decider, MESSAGE.AUTHENTICATE, 'decider', {})).toBe('ok');
  expect(await ask(decider, MESSAGE.REGISTER, 1, {}, 'com.decide')).toBe('ok');
  const client = await join(urls, 'decided');
  for (const request of [1, 2, 3])
    client.send([MESSAGE.PUBLISH, request, { acknowledge: true }, 'com.t', ['x'.repeat(size)]]);
  // The pong shows that the router has read all three.
  client.ws.ping();
  const early = await Promise.race([client.next(), once(client.ws, 'pong').then(() => undefined)]);
  if (early !== undefined) return outcome(early);
  for (let times = 0; times < 3; times++)
    decider.send([MESSAGE.YIELD, (await decider.next())[1], {}, [true]]);
  return 'ok';
}

/** Limits of messages: their size, and how many wait. */
export const MESSAGE_CASES: readonly LimitCase[] = [
  {
    keys: ['wamp.max_nesting'],
    lines: ['wamp.max_nesting = 8'],
    limited: VIOLATION,
    otherwise: 'wamp.error.no_such_procedure',
    exceed: async (urls) => ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.none', [[[[[[[[[]]]]]]]]]),
  },
  {
    keys: ['wamp.max_values'],
    lines: ['wamp.max_values = 1000'],
    limited: VIOLATION,
    otherwise: 'wamp.error.no_such_procedure',
    exceed: async (urls) => ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.none', Array(1000).fill(1)),
  },
  {
    keys: ['wamp.max_message_size'],
    lines: ['wamp.max_message_size = 1KB'],
    limited: 'closed with 1009',
    otherwise: 'wamp.error.no_such_procedure',
    async exceed(urls) {
      const client = await join(urls);
      const closed = client.closed.then((code) => `closed with ${code}`);
      return Promise.race([
        ask(client, MESSAGE.CALL, 1, {}, 'com.none', ['x'.repeat(2000)]).catch(() => closed),
        closed,
      ]);
    },
  },
  {
    keys: ['wamp.max_join_size'],
    lines: ['wamp.max_join_size = 1KB'],
    limited: VIOLATION,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await connect(urls);
      const details = { roles: ALL_ROLES, authextra: { note: 'x'.repeat(20_000) } };
      return outcome(await hello(client, 'realm1', details));
    },
  },
  {
    keys: ['wamp.max_send_buffer'],
    lines: ['wamp.max_send_buffer = 1MB'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_send_buffer_total'],
    lines: ['wamp.max_send_buffer_total = 1MB'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_send_queue'],
    lines: ['wamp.max_send_queue = 100'],
    limited: 'cut',
    otherwise: 'ok',
    exceed: floods,
  },
  {
    keys: ['wamp.max_waiting_messages'],
    lines: ['wamp.max_waiting_messages = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 1),
  },
  {
    keys: ['wamp.max_waiting_bytes'],
    lines: ['wamp.max_waiting_bytes = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 2000),
  },
  {
    keys: ['wamp.max_waiting_messages_per_realm'],
    lines: ['wamp.max_waiting_messages_per_realm = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 1),
  },
  {
    keys: ['wamp.max_waiting_bytes_per_realm'],
    lines: ['wamp.max_waiting_bytes_per_realm = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    exceed: (urls) => waits(urls, 2000),
  },
];

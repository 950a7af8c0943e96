import { describe, expect, it } from 'vitest';
import { MESSAGE, type Message } from '../wamp/messages.js';
import { type Budget, createBudget } from './budget.js';
import { createMessageQueue } from './message-queue.js';

/**
 * A queue of messages. The handling of each message whose number is in `slow` ends when the test
 * says so.
 */
function line(slow: readonly number[], budget?: Budget) {
  const limits = { maxWaitingMessages: 3, maxWaitingBytes: 2400 };
  const log: string[] = [];
  const waited: number[] = [];
  const finish = new Map<number, (error?: Error) => void>();
  const take = createMessageQueue({
    limits,
    handle(message) {
      const { request } = message as { readonly request: number };
      if (request === 666) throw new Error('at once');
      log.push(`begins ${request}`);
      if (!slow.includes(request)) return undefined;
      return new Promise<void>((resolve, reject) => {
        finish.set(request, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    onError: (message, error) => log.push(`${(message as { request: number }).request} failed: ${error}`),
    onWaiting: (message) => waited.push((message as { request: number }).request),
    onOverflow: (key) => log.push(`overflow of ${key}`),
    budget: () => budget,
    overtakes: ({ type }) => type === MESSAGE.YIELD,
  });
  const send = (request: number, text = ''): void =>
    take({ type: MESSAGE.CALL, request, options: {}, procedure: 'p', payload: { args: [text] } } as Message);
  const overtake = (request: number): void =>
    take({ type: MESSAGE.YIELD, request, options: {}, payload: {} });
  async function end(request: number, error?: Error): Promise<void> {
    finish.get(request)?.(error);
    // Waiting messages are handled in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { log, waited, send, overtake, end };
}

describe('messages in order', () => {
  it('are handled at once if nothing takes time', () => {
    const { log, send } = line([]);
    send(1);
    send(2);
    expect(log).toEqual(['begins 1', 'begins 2']);
  });

  it('wait behind one that takes time, and then behind the next one', async () => {
    const { log, waited, send, end } = line([1, 3]);
    for (const request of [1, 2, 3, 4]) send(request);
    expect(log).toEqual(['begins 1']);
    expect(waited).toEqual([2, 3, 4]);
    await end(1);
    expect(log).toEqual(['begins 1', 'begins 2', 'begins 3']);
    send(5);
    await end(3);
    expect(log.slice(3)).toEqual(['begins 4', 'begins 5']);
    send(6);
    expect(log.at(-1)).toBe('begins 6');
  });

  it('do not wait if they may overtake', async () => {
    const { log, waited, send, overtake, end } = line([1]);
    for (const request of [1, 2]) send(request);
    overtake(3);
    expect(log).toEqual(['begins 1', 'begins 3']);
    expect(waited).toEqual([2]);
    await end(1);
    expect(log).toEqual(['begins 1', 'begins 3', 'begins 2']);
  });

  it('continue after one that failed, at once or later', async () => {
    const { log, send, end } = line([1]);
    send(666);
    send(1);
    send(2);
    await end(1, new Error('later'));
    expect(log).toEqual(['666 failed: Error: at once', 'begins 1', '1 failed: Error: later', 'begins 2']);
  });

  it.each([
    ['number', '', 4, 'wamp.max_waiting_messages'],
    ['size', 'x'.repeat(500), 2, 'wamp.max_waiting_bytes'],
  ])('are all dropped if their %s is too large', async (_what, text, fit, key) => {
    const { log, send, end } = line([1]);
    send(1);
    for (let request = 2; request <= fit + 2; request++) send(request, text);
    send(99, text);
    await end(1);
    expect(log).toEqual(['begins 1', `overflow of ${key}`]);
  });

  it('share a budget with other sessions, and give their part back when they are dropped or handled', async () => {
    const limit = (max: number, key: string) => ({ max, key });
    const budget = createBudget({ count: limit(3, 'wamp.count'), bytes: limit(1e6, 'wamp.bytes') });
    const [one, other] = [line([1], budget), line([1], budget)];
    for (const request of [1, 2, 3]) one.send(request);
    for (const request of [1, 2, 3]) other.send(request);
    expect(other.log).toEqual(['begins 1', 'overflow of wamp.count']);
    // The waiting message of the other session is gone, so there is room for one more.
    one.send(4);
    await one.end(1);
    expect(one.log).toEqual(['begins 1', 'begins 2', 'begins 3', 'begins 4']);
    for (let times = 0; times < 3; times++) expect(budget.take(1)).toBeUndefined();
    expect(budget.take(1)).toEqual(limit(3, 'wamp.count'));
    budget.give(1);
    expect(budget.take(1e6)).toEqual(limit(1e6, 'wamp.bytes'));
  });

  it('count while they wait, and not afterwards', async () => {
    const { log, send, end } = line([1, 11, 21]);
    for (const first of [1, 11, 21]) {
      for (let request = first; request <= first + 3; request++) send(request, 'x'.repeat(50));
      await end(first);
    }
    expect(log.join()).not.toContain('overflow');
    expect(log).toHaveLength(12);
  });
});

import { describe, expect, it } from 'vitest';
import { createSendTotal, type SendQueue, type SendTotal } from './send-total.js';

interface TestQueue extends SendQueue {
  backlog: number;
  isCut: boolean;
}

function open(total: SendTotal): TestQueue {
  const queue: TestQueue = {
    bytes: 0,
    backlog: 0,
    isCut: false,
    waiting: () => queue.backlog,
    cutOff() {
      queue.isCut = true;
    },
  };
  total.open(queue);
  return queue;
}

function write(total: SendTotal, queue: TestQueue, bytes: number): void {
  queue.backlog += bytes;
  total.grown(queue);
}

describe('the total of all send queues', () => {
  it('counts waiting bytes until they are sent', () => {
    const total = createSendTotal(1000);
    const [a, b] = [open(total), open(total)];
    write(total, a, 100);
    write(total, a, 100);
    write(total, b, 300);
    expect(total.bytes).toBe(500);
    total.drained(a);
    expect(total.bytes).toBe(300);
    total.close(b);
    expect(total.bytes).toBe(0);
  });

  it('cuts off the longest queues beyond the limit, and no more than necessary', () => {
    const total = createSendTotal(1000);
    const queues = [100, 400, 200, 300].map((bytes) => {
      const queue = open(total);
      write(total, queue, bytes);
      return queue;
    });
    expect(queues.some(({ isCut }) => isCut)).toBe(false);
    write(total, queues[0] as TestQueue, 50);
    expect(queues.map(({ isCut }) => isCut)).toEqual([false, true, false, false]);
    expect(total.bytes).toBe(650);
  });

  it('cuts nobody off for bytes that were sent meanwhile', () => {
    const total = createSendTotal(1000);
    const [a, b] = [open(total), open(total)];
    write(total, a, 900);
    a.backlog = 200;
    write(total, b, 200);
    expect([a.isCut, b.isCut, total.bytes]).toEqual([false, false, 400]);
  });
});

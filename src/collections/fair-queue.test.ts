import { beforeEach, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';
import type { Waiting } from './wait-queue.js';

let queue: FairQueue<string>;
let entries: Map<string, Waiting<string>>;
beforeEach(() => {
  queue = new FairQueue();
  entries = new Map();
});

/** The first letter of an item names its owner. */
const ownerOf = (item: string): string => item.charAt(0);

function join(...items: readonly string[]): void {
  for (const item of items) entries.set(item, queue.join(ownerOf(item), item));
}

function leave(item: string): void {
  queue.leave(ownerOf(item), entries.get(item) as Waiting<string>);
}

function take(count: number): string {
  const taken: string[] = [];
  while (taken.length < count && queue.first !== undefined) {
    taken.push(queue.first);
    leave(queue.first);
  }
  return taken.join(' ');
}

it('a fair queue is empty at first', () => {
  expect([queue.size, queue.first]).toEqual([0, undefined]);
});

it('a fair queue lets owners take turns and keeps the order of each', () => {
  join('a1', 'a2', 'a3', 'b1', 'c1', 'b2');
  expect(queue.size).toBe(6);
  expect(take(9)).toBe('a1 b1 c1 a2 b2 a3');
  expect([queue.size, queue.first]).toEqual([0, undefined]);
});

it('a fair queue lets a new owner wait for one turn of the others', () => {
  join(...Array.from({ length: 100 }, (_, at) => `a${at}`));
  expect(take(2)).toBe('a0 a1');
  join('b0');
  expect(take(3)).toBe('a2 b0 a3');
});

it('a fair queue drops an entry that leaves early and keeps the turn of its owner', () => {
  join('a1', 'a2', 'a3', 'b1', 'b2');
  leave('a2');
  leave('b1');
  leave('b1');
  leave('a2');
  expect(queue.size).toBe(3);
  expect(take(9)).toBe('a1 b2 a3');
});

it('a fair queue does not confuse an old entry with one of a new queue', () => {
  join('a1');
  expect(take(1)).toBe('a1');
  join('a2');
  leave('a1');
  expect([queue.size, queue.first]).toEqual([1, 'a2']);
});

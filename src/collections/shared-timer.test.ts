import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { createSharedTimer, type SharedTimer, type Timed } from './shared-timer.js';

interface Item extends Timed<Item> {
  readonly name: string;
}
const item = (name: string): Item => ({
  name,
  dueAt: 0,
  timer: undefined,
  earlier: undefined,
  later: undefined,
});

function setUp() {
  const clock = createFakeClock();
  const due: string[] = [];
  const timer: SharedTimer<Item> = createSharedTimer(clock, 100, ({ name }) => due.push(name));
  const [a, b, c] = [item('a'), item('b'), item('c')] as const;
  const joinAfter = (ms: number, next: Item) => {
    clock.advance(ms);
    timer.join(next, clock.monotonic());
  };
  return { clock, due, timer, a, b, c, joinAfter };
}

describe('a shared timer', () => {
  it('reports each item when its time has come, with one timer for all', () => {
    const { clock, due, a, b, c, joinAfter } = setUp();
    joinAfter(0, a);
    joinAfter(30, b);
    joinAfter(0, c);
    expect(clock.pending).toBe(1);
    clock.advance(69);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['a']);
    clock.advance(29);
    expect([due, clock.pending]).toEqual([['a'], 1]);
    clock.advance(1);
    expect([due, clock.pending]).toEqual([['a', 'b', 'c'], 0]);
  });

  it.each(['a', 'b', 'c'] as const)('does not report %s after that was removed', (name) => {
    const { clock, due, timer, joinAfter, ...items } = setUp();
    for (const each of [items.a, items.b, items.c]) joinAfter(10, each);
    timer.leave(items[name]);
    expect(items[name].timer).toBeUndefined();
    clock.advance(200);
    expect(due).toEqual(['a', 'b', 'c'].filter((each) => each !== name));
  });

  it('runs no timer without items, and accepts new items then', () => {
    const { clock, due, timer, a, b, joinAfter } = setUp();
    joinAfter(0, a);
    timer.leave(a);
    expect(clock.pending).toBe(0);
    joinAfter(50, b);
    clock.advance(99);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['b']);
  });

  it('accepts a removed item again at its end', () => {
    const { clock, due, timer, a, b, joinAfter } = setUp();
    joinAfter(0, a);
    joinAfter(10, b);
    timer.leave(a);
    joinAfter(10, a);
    clock.advance(100);
    expect(due).toEqual(['b', 'a']);
  });

  it('runs one timer even if an item is added while another one falls due', () => {
    const clock = createFakeClock();
    const timer: SharedTimer<Item> = createSharedTimer(clock, 100, (due) =>
      timer.join(item(due.name), clock.monotonic()),
    );
    timer.join(item('a'), clock.monotonic());
    clock.advance(50);
    timer.join(item('b'), clock.monotonic());
    clock.advance(300);
    expect(clock.pending).toBe(1);
  });

  it('reports nothing after its end', () => {
    const { clock, due, timer, a, joinAfter } = setUp();
    joinAfter(0, a);
    timer.close();
    clock.advance(1_000);
    expect([due, clock.pending]).toEqual([[], 0]);
  });
});

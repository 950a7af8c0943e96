import { beforeEach, describe, expect, it } from 'vitest';
import { createTurns, inTurns, lastInTurn, resultInTurns, type Turns } from './turns.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  let now: number;
  let turns: Turns;
  beforeEach(() => {
    now = 1000;
    turns = createTurns({ monotonic: () => now });
  });

  it('have time for five milliseconds, and again in the next turn', async () => {
    expect(turns.hasTime()).toBe(true);
    now += 4.9;
    expect(turns.hasTime()).toBe(true);
    now += 0.2;
    expect(turns.hasTime()).toBe(false);
    await nextTurn();
    expect(turns.hasTime()).toBe(true);
  });

  it('have a number that changes when a task asks for time', async () => {
    const first = turns.number;
    turns.hasTime();
    expect(turns.number).toBe(first);
    await nextTurn();
    expect(turns.number).toBe(first + 1);
    await nextTurn();
    expect(turns.number).toBe(first + 1);
  });

  it('let tasks alternate, each for its share of the time, until they are done', async () => {
    const done: string[] = [];
    const task = (name: string, steps: number) => () => {
      do {
        if (steps-- === 0) return true;
        done.push(name);
        now += 2;
      } while (turns.hasTime());
      return false;
    };
    turns.add(task('a', 3));
    turns.add(task('b', 2));
    for (let turn = 0; turn < 6; turn++) await nextTurn();
    expect(done.join('')).toBe('aabab');
  });

  it('run only what a turn has time for', async () => {
    let runs = 0;
    for (let count = 0; count < 100; count++)
      turns.add(() => {
        runs++;
        now += 1;
        return true;
      });
    await nextTurn();
    expect(runs).toBe(5);
    await nextTurn();
    expect(runs).toBe(10);
  });

  it('run short and long tasks alternately, each once in a turn', async () => {
    const done: string[] = [];
    const task = (name: string) => () => {
      done.push(name);
      now += 1;
      return false;
    };
    for (const name of ['a', 'b', 'c', 'd']) turns.add(task(name), true);
    turns.add(task('1'));
    await nextTurn();
    expect(done.sort().join('')).toBe('1abcd');
    done.length = 0;
    for (const name of ['e', 'f', 'g', 'h']) turns.add(task(name), true);
    turns.add(task('2'));
    for (let turn = 0; turn < 4; turn++) await nextTurn();
    const count = (names: string) => done.filter((name) => names.includes(name)).length;
    expect([count('12'), count('abcdefgh')]).toEqual([8, 12]);
  });

  it('end after the last task, and run one piece of work at a time', async () => {
    const done: string[] = [];
    lastInTurn(turns).then(() => done.push('a'));
    lastInTurn(turns).then(() => done.push('b'));
    await nextTurn();
    expect(done).toEqual(['a']);
    await nextTurn();
    expect(done).toEqual(['a', 'b']);
  });

  it('continue with the other tasks when a task throws', async () => {
    let ran = false;
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    const listeners = process.listeners('uncaughtException').slice(0, -1);
    for (const listener of listeners) process.off('uncaughtException', listener);
    turns.add(() => {
      throw new Error('a bug');
    });
    turns.add(() => {
      ran = true;
      return true;
    });
    await thrown;
    await nextTurn();
    await nextTurn();
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(ran).toBe(true);
  });

  describe('steps', () => {
    let done: number;
    const steps = function* (count: number, cost: number): Generator<unknown> {
      for (; done < count; done++) {
        now += cost;
        yield;
      }
    };
    beforeEach(() => {
      done = 0;
    });

    it('run all at once if they are few', () => {
      expect(inTurns(turns, steps(10, 100))).toBeUndefined();
      expect(done).toBe(10);
    });

    it('run in as many turns as they need', async () => {
      const ended = inTurns(turns, steps(100, 1));
      expect(done).toBeLessThan(100);
      await ended;
      expect(done).toBe(100);
    });

    it('can wait for the next turn', async () => {
      let isReady = false;
      const waiting = function* (): Generator<unknown> {
        while (!isReady) yield false;
        done = 1;
      };
      const ended = inTurns(turns, waiting());
      await nextTurn();
      expect(done).toBe(0);
      isReady = true;
      await ended;
      expect(done).toBe(1);
    });
  });
});

describe('the result of work in turns', () => {
  let now = 0;
  const turns = createTurns({ monotonic: () => now });
  function* work(steps: number, end: () => string): Generator<void, string> {
    for (let step = 0; step < steps; step++) {
      now += 3;
      yield;
    }
    return end();
  }

  it('arrives when the work is done, and other tasks run in between', async () => {
    let count = 0;
    const before = turns.number;
    const result = resultInTurns(
      turns,
      work(10, () => 'done'),
      () => ++count > 0,
    );
    expect(await result).toBe('done');
    expect(count).toBe(11);
    expect(turns.number - before).toBeGreaterThan(3);
  });
  it('is the error that the work throws, at once or later', async () => {
    const fail = (): never => {
      throw new RangeError('x');
    };
    await expect(resultInTurns(turns, work(0, fail), () => true)).rejects.toThrow(RangeError);
    await expect(resultInTurns(turns, work(10, fail), () => true)).rejects.toThrow(RangeError);
  });
  it('is missing if the caller no longer wants it', async () => {
    let left = 5;
    expect(
      await resultInTurns(
        turns,
        work(10, () => 'done'),
        () => left-- > 0,
      ),
    ).toBeUndefined();
    expect(left).toBe(-1);
  });
});

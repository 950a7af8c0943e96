import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { RequestTable } from './request-table.js';

/** Half a kilobyte or more when it is parsed. */
const SOME_BYTES = JSON.stringify(Array.from({ length: 64 }, (_, index) => index));

const oldSpace = (): number =>
  getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')?.space_used_size ?? 0;

const entry = (name: string) => ({ name });

describe('a table of open requests', () => {
  it('is empty at first and finds nothing', () => {
    const table = new RequestTable();
    expect([table.size, table.has(1), table.get(1), table.delete(1), table.values()]).toEqual([
      0,
      false,
      undefined,
      false,
      [],
    ]);
  });

  it('behaves like a Map for any IDs', () => {
    // Few IDs that differ in their lowest bits and many that do not, 2^53 among them.
    const id = fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }).map((number) => number * 2 ** 20),
      fc.integer({ min: 0, max: 40 }).map((number) => 2 ** 53 - number),
    );
    const step = fc.record({ id, open: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer(), (steps, secret) => {
        const table = new RequestTable(secret);
        const map = new Map<number, object>();
        for (const [index, { id, open }] of steps.entries()) {
          if (open) {
            const one = entry(String(index));
            table.set(id, one);
            map.set(id, one);
          } else {
            expect(table.delete(id)).toBe(map.delete(id));
          }
          expect(table.get(id)).toBe(map.get(id));
          expect(table.has(id)).toBe(map.has(id));
          expect(table.size).toBe(map.size);
        }
        const sorted = [...map].toSorted(([a], [b]) => a - b);
        expect(table.keys()).toEqual(sorted.map(([id]) => id));
        expect(table.values()).toEqual(sorted.map(([, one]) => one));
        for (const [id, one] of map) expect(table.get(id)).toBe(one);
      }),
    );
  });

  it('lists its entries without a lookup for each, even if their IDs collide', () => {
    const table = new RequestTable();
    const all = Array.from({ length: 100 }, (_, at) => entry(String(at)));
    for (const [at, one] of all.entries()) table.set((at + 1) * 2 ** 32, one);
    const lookUps = vi.spyOn(table, 'get');
    expect(table.values()).toEqual(all);
    expect(lookUps).not.toHaveBeenCalled();
  });

  it('keeps 64 of 100,000 consecutive requests open, and one of them from the first to the last', () => {
    const table = new RequestTable<{ name: string }>();
    const first = entry('first');
    table.set(1, first);
    for (let id = 2; id <= 100_000; id++) {
      table.set(id, entry('one'));
      if (id > 64) table.delete(id - 63);
    }
    expect(table.keys()).toEqual([1, ...Array.from({ length: 63 }, (_, index) => 99_938 + index)]);
    expect(table.get(1)).toBe(first);
  });

  it('keeps no removed request alive after V8 treats the table as long-lived', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const table = new RequestTable();
    // Not by a literal: V8 might move those to the old space by itself.
    const open = (id: number) => table.set(id, JSON.parse(SOME_BYTES));
    for (let id = 1; id <= 64; id++) open(id);
    collect();
    collect();
    const before = oldSpace();
    for (let id = 65; id <= 60_000; id++) {
      open(id);
      table.delete(id - 64);
    }
    // With a Map it is some megabytes.
    expect(oldSpace() - before).toBeLessThan(1e6);
  });

  it('may be emptied while its entries are listed', () => {
    const table = new RequestTable<{ name: string }>();
    for (let id = 1; id <= 5000; id++) table.set(id, entry(String(id)));
    for (const { name } of table.values()) table.delete(Number(name));
    expect(table.size).toBe(0);
    table.set(7, entry('7'));
    expect(table.values()).toEqual([entry('7')]);
  });

  it.each([
    ['that follow each other', (at: number) => at],
    ['that agree in their lowest 32 bits', (at: number) => at * 2 ** 32],
    ['that agree in their lowest 15 bits', (at: number) => at * 2 ** 15],
    ['at the end of the range', (at: number) => 2 ** 53 - at * 2 ** 16],
  ])('needs no more steps for many requests than for few, with IDs %s', (_, idOf) => {
    // Looks at places are counted, for the time that they take depends on the machine.
    const looksFor = (count: number): number => {
      const table = new RequestTable(0x2545f491);
      for (let at = 1; at <= count; at++) table.set(idOf(at), entry('one'));
      const fields = table as unknown as { entries: (object | undefined)[] };
      let looks = 0;
      fields.entries = new Proxy(fields.entries, {
        get(target, key) {
          looks++;
          return Reflect.get(target, key);
        },
      });
      for (let at = 1; at <= count; at += count / 100) {
        table.delete(idOf(at));
        table.set(idOf(at), entry('another'));
      }
      return looks / 100;
    };
    expect(looksFor(5000)).toBeLessThan(50);
    expect(looksFor(100)).toBeLessThan(50);
  });
});

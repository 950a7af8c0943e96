import { describe, expect, it } from 'vitest';
import { WaitQueue } from './wait-queue.js';

function lineOf(...names: string[]) {
  const line = new WaitQueue<string>();
  return { line, places: names.map((name) => line.join(name)) };
}

/** Everybody, in the order in which they would be served. */
function drain(line: WaitQueue<string>, places: readonly ReturnType<WaitQueue<string>['join']>[]) {
  const served: string[] = [];
  for (let next = line.first; next !== undefined; next = line.first) {
    served.push(next);
    for (const place of places) if (place.item === next) line.leave(place);
  }
  return served;
}

describe('a wait queue', () => {
  it('is empty at first', () => {
    const { line } = lineOf();
    expect([line.size, line.first]).toEqual([0, undefined]);
  });

  it('serves entries in the order of their arrival', () => {
    const { line, places } = lineOf('a', 'b', 'c');
    expect(line.size).toBe(3);
    expect(drain(line, places)).toEqual(['a', 'b', 'c']);
    expect(line.size).toBe(0);
  });

  it.each([
    { gone: 0, left: ['b', 'c'] },
    { gone: 1, left: ['a', 'c'] },
    { gone: 2, left: ['a', 'b'] },
  ])('closes the gap once when entry $gone leaves', ({ gone, left }) => {
    const { line, places } = lineOf('a', 'b', 'c');
    line.leave(places[gone]!);
    line.leave(places[gone]!);
    expect(line.size).toBe(2);
    expect(drain(line, places)).toEqual(left);
  });

  it('accepts new entries after the last one has left', () => {
    const { line, places } = lineOf('a');
    line.leave(places[0]!);
    const place = line.join('b');
    expect(line.first).toBe('b');
    expect(drain(line, [place])).toEqual(['b']);
  });

  it('leaves no reference from a removed entry to the others', () => {
    const { line, places } = lineOf('a', 'b', 'c');
    line.leave(places[1]!);
    expect(places[1]).toEqual({ item: 'b', earlier: undefined, later: undefined });
    expect(places[0]!.later).toBe(places[2]);
  });
});

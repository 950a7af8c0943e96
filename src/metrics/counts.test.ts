import { describe, expect, it } from 'vitest';
import { createCounts, OTHER } from './counts.js';

describe('counts', () => {
  it('start with 0 for every part and kind', () => {
    const counts = createCounts(['ok', 'error']);
    counts.setParts(['billing']);
    expect(counts.samples()).toEqual([
      { labels: ['billing', 'ok'], value: 0 },
      { labels: ['billing', 'error'], value: 0 },
    ]);
  });

  it('have no label for the kind if there is just one', () => {
    const counts = createCounts(['event']);
    counts.setParts(['billing']);
    counts.add('billing', 'event');
    expect(counts.samples()).toEqual([{ labels: ['billing'], value: 1 }]);
  });

  it('keep the values of parts that stay, and forget those of parts that go', () => {
    const counts = createCounts(['event']);
    counts.setParts(['billing', 'orders']);
    counts.add('billing', 'event');
    counts.add('orders', 'event');
    counts.setParts(['billing', 'shop']);
    expect(counts.samples()).toEqual([
      { labels: ['billing'], value: 1 },
      { labels: ['shop'], value: 0 },
    ]);
    counts.setParts(['billing', 'orders']);
    expect(counts.samples()).toContainEqual({ labels: ['orders'], value: 0 });
  });

  it('count unknown parts and unknown kinds as _other', () => {
    const counts = createCounts<string>(['ok', 'error']);
    counts.setParts(['billing']);
    counts.add('billing', 'random');
    for (const part of ['a', 'b', 'c']) counts.add(part, 'ok');
    expect(counts.samples()).toEqual([
      { labels: ['billing', 'ok'], value: 0 },
      { labels: ['billing', 'error'], value: 0 },
      { labels: ['billing', OTHER], value: 1 },
      { labels: [OTHER, 'ok'], value: 3 },
      { labels: [OTHER, 'error'], value: 0 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { createTextBytes } from './text-bytes.js';

describe('text as bytes', () => {
  it('is the joined text, however often the memory grows', () => {
    const pieces = Array.from({ length: 500 }, (_, index) => `é€😀 ${'x'.repeat(index)}\n`);
    const text = createTextBytes(10);
    for (const piece of pieces) text.add(piece);
    expect(text.all().toString()).toBe(pieces.join(''));
  });

  it('takes a piece that is larger than all before it', () => {
    const text = createTextBytes(0);
    text.add('a');
    text.add('€'.repeat(100_000));
    expect(text.all().toString()).toBe(`a${'€'.repeat(100_000)}`);
  });
});

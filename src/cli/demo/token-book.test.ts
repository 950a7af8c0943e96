import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { createTokenBook, MAX_TOKENS } from './token-book.js';

describe('the token book', () => {
  it('holds a token until it expires', () => {
    const clock = createFakeClock();
    const book = createTokenBook(60, clock);
    const { token, seconds } = book.issue();
    expect(seconds).toBe(60);
    expect([book.holds(token), book.holds(`${token}x`), book.holds('')]).toEqual([true, false, false]);
    clock.advance(59_999);
    expect(book.holds(token)).toBe(true);
    clock.advance(1);
    expect(book.holds(token)).toBe(false);
  });

  it('drops only the oldest token above the limit', () => {
    const book = createTokenBook(60, createFakeClock());
    const tokens = Array.from({ length: MAX_TOKENS + 1 }, () => book.issue().token);
    expect(new Set(tokens).size).toBe(MAX_TOKENS + 1);
    expect(tokens.map((token) => book.holds(token))).toEqual([false, ...tokens.slice(1).map(() => true)]);
  });
});

import { describe, expect, it } from 'vitest';
import { createSalts } from './salts.js';

describe('a salt for a name', () => {
  const { saltFor } = createSalts('secret');

  it('depends only on the name while the secret stays the same', () => {
    expect(saltFor('r', 'joe')).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(createSalts('secret').saltFor('r', 'joe')).toBe(saltFor('r', 'joe'));
    const others = [saltFor('r', 'ann'), saltFor('q', 'joe'), createSalts('other').saltFor('r', 'joe')];
    expect(new Set([saltFor('r', 'joe'), ...others]).size).toBe(4);
  });

  it.each([
    ['hex', '0f1e2d3c4b5a6978', /^[0-9a-f]{16}$/],
    ['long hex', 'ab'.repeat(50), /^(?=.*[0-9])[0-9a-f]{100}$/],
    ['base64', 'c2FsdHNhbHQ=', /^[A-Za-z0-9+/]{11}=$/],
    ['base64 for URLs', 'c2FsdHNhbH_-_w', /^[A-Za-z0-9_-]{14}$/],
    ['words', 'Pepper & salt 42', /^[A-Z][a-z]{5} & [a-z]{4} [0-9]{2}$/],
    ['nothing', '', /^$/],
  ])('looks like the given one: %s', (_what, like, look) => {
    expect(saltFor('r', 'joe', like)).toMatch(look);
    expect(saltFor('r', 'joe', like)).toBe(saltFor('r', 'joe', like));
    if (like !== '') expect(saltFor('r', 'ann', like)).not.toBe(saltFor('r', 'joe', like));
  });

  it('is canonical base64 like the given one, so that its last character does not reveal it', () => {
    for (let i = 0; i < 50; i++) {
      const salt = saltFor('r', `joe${i}`, 'c2FsdHNhbA==');
      expect(Buffer.from(salt, 'base64').toString('base64')).toBe(salt);
    }
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyCache } from './key-cache.js';

it('the cache of keys returns each key unchanged, however similar and however frequent', () => {
  const keyOf = createKeyCache(8);
  const key = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\0'), maxLength: 10 }),
    fc.constantFrom('id', 'it', '__proto__', 'constructor', ''),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50 }), (keys) => {
      for (const text of [...keys, ...keys]) {
        const bytes = Buffer.from(`x${text}y`);
        expect(keyOf(bytes, 1, bytes.length - 1)).toBe(text);
      }
    }),
  );
});

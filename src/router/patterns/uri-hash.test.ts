import { describe, expect, it } from 'vitest';
import { createUriHash, hashOf } from './uri-hash.js';

describe('the hash of a text', () => {
  it('differs for texts that differ in one unit, in their order, or only in length', () => {
    const hash = createUriHash(0);
    const texts = ['', '\0', '\0\0', 'a', 'ab', 'ba', 'abc', 'abd', '\u{10000}', '\ud800'];
    expect(new Set(texts.map((text) => hashOf(hash, text))).size).toBe(texts.length);
  });

  it('has other factors each time, so that an attacker cannot find texts that collide', () => {
    const hashes = Array.from({ length: 10 }, () => hashOf(createUriHash(0), 'com.example'));
    expect(new Set(hashes).size).toBeGreaterThan(5);
  });

  it('hardly ever collides, even for texts made to collide', () => {
    const hash = createUriHash(0);
    // Every text of 12 units, each one of two that differ only in their highest bit.
    const texts = Array.from({ length: 2 ** 12 }, (_, bits) =>
      Array.from({ length: 12 }, (_, at) => ((bits >> at) & 1 ? '\u4041' : '\u0041')).join(''),
    );
    expect(new Set(texts.map((text) => hashOf(hash, text))).size).toBeGreaterThan(texts.length / 2);
  });
});

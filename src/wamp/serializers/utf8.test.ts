import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUtf8Between, textBetween } from './utf8.js';

describe('isUtf8Between', () => {
  it('agrees with the runtime about any two bytes and all that may follow a first byte', () => {
    const edges = [0x7f, 0x80, 0xbf, 0xc0];
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const rest of [
          [],
          ...edges.map((edge) => [edge]),
          [0x80, 0x80],
          [0x80, 0xc0],
          [0xbf, 0xbf, 0x41],
        ]) {
          const bytes = Buffer.from([first, second, ...rest]);
          if (isUtf8Between(bytes, 0, bytes.length) !== isUtf8(bytes)) throw new Error(bytes.toString('hex'));
        }
      }
    }
  });

  it('checks only the given part of the bytes', () => {
    const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from('aé€😀'), Buffer.from([0xbf])]);
    expect(isUtf8Between(bytes, 1, bytes.length - 1)).toBe(true);
    expect(isUtf8Between(bytes, 0, bytes.length - 1)).toBe(false);
    for (const cut of [1, 2, 3]) {
      const long = Buffer.concat([Buffer.alloc(200, 'x'), Buffer.from('😀')]);
      expect(isUtf8Between(bytes, 1, bytes.length - 1 - cut)).toBe(false);
      expect(isUtf8Between(long, 0, long.length - cut)).toBe(false);
    }
  });
});

describe('textBetween', () => {
  it('returns any text, including a byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.boolean(), (string, marked) => {
        const text = (marked ? '\ufeff' : '') + string.toWellFormed();
        const bytes = Buffer.from(`<${text}>`);
        expect(textBetween(bytes, 1, bytes.length - 1)).toBe(text);
      }),
    );
  });
});

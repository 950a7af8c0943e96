import { describe, expect, it } from 'vitest';
import { ExactNumber, parseExact, stringifyExact } from '../../console/src/exact-json.js';

describe('exact JSON', () => {
  it.each([
    '{"id":12345678901234567890,"price":1.10,"big":[1e5,-0,2.50e+3]}',
    '{"text":"12345678901234567890 and \\"1.10\\""}',
    '[0.1234567890123456789]',
    '{"__proto__":12345678901234567890}',
    '["~7",1.10,"~~7"]',
    '7',
  ])('reads and writes every digit of %s', (text) => {
    expect(stringifyExact(parseExact(text))).toBe(text);
  });

  it('takes no text for a number', () => {
    expect(parseExact('["\\u007e7",1.10]')).toEqual(['~7', new ExactNumber('1.10')]);
  });

  it('reads a number that JavaScript can hold as a number', () => {
    expect(parseExact('[1,2.5,-3]')).toEqual([1, 2.5, -3]);
  });

  it('reads a long number as an exact number', () => {
    expect(parseExact('12345678901234567890')).toEqual(new ExactNumber('12345678901234567890'));
  });

  it.each(['{"a":01}', '{1.10:2}', '{1.10}', '[1.10', '1.1.0'])('refuses %s', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });
});

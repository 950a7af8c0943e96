import { describe, expect, it } from 'vitest';
import { ExactNumber } from '../../console/src/exact-json.js';
import { fieldText, readField, readKwargs, withField } from '../../console/src/trials/kwargs-text.js';

describe('kwargs as text', () => {
  it.each(['', '  ', '{}'])('are empty in %j', (text) => {
    expect(readKwargs(text)).toEqual({ kind: 'kwargs', kwargs: {} });
  });

  it.each(['[1]', 'null', '1', '{"a":', 'a'])('say what is wrong in %j', (text) => {
    expect(readKwargs(text)).toEqual({ kind: 'mistake', message: expect.stringMatching(/JSON/) });
  });

  it.each([
    ['INV-001', 'INV-001'],
    ['10', 10],
    ['"10"', '10'],
    ['true', true],
    ['[1]', [1]],
    ['1.10', '1.10'],
    ['1e5', '1e5'],
    ['12345678901234567890', new ExactNumber('12345678901234567890')],
  ])('take the field %s as %j, and show it again in the same way', (text, value) => {
    expect(readField(text)).toEqual(value);
    expect(fieldText(value)).toBe(text);
  });

  it('change one field, and keep the order of the others', () => {
    expect(JSON.parse(withField({ a: 1, b: 2 }, 'a', 'x'))).toEqual({ a: 'x', b: 2 });
    expect(Object.keys(JSON.parse(withField({ a: 1, b: 2 }, 'a', 'x')))).toEqual(['a', 'b']);
    expect(JSON.parse(withField({ a: 1 }, 'b', '2'))).toEqual({ a: 1, b: 2 });
    expect(JSON.parse(withField({ a: 1, b: 2 }, 'a', ''))).toEqual({ b: 2 });
  });

  it('keep every digit of the other fields', () => {
    const read = readKwargs('{"id":12345678901234567890,"a":1}');
    const kwargs = read.kind === 'kwargs' ? read.kwargs : {};
    expect(withField(kwargs, 'a', '2').replaceAll(/\s/g, '')).toBe('{"id":12345678901234567890,"a":2}');
  });

  it('keep a field with a hostile name', () => {
    const text = withField(JSON.parse('{"__proto__":1}'), 'a', '2');
    expect(text.replaceAll(/\s/g, '')).toBe('{"__proto__":1,"a":2}');
  });
});

it('a field that is text stays text, even if it looks like JSON', () => {
  expect(withField({}, 'id', '007', true)).toBe('{\n  "id": "007"\n}');
  expect(fieldText('007', true)).toBe('007');
  expect(fieldText(7, true)).toBe('7');
});

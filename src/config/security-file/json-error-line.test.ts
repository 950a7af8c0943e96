import { describe, expect, it } from 'vitest';
import { lineOfJsonError } from './json-error-line.js';

describe('lineOfJsonError', () => {
  it.each([
    ['a comma before the end', '[\n  {"a": 1},\n]', 3],
    ['a missing comma', '{\n "a": 1\n "b": 2}', 3],
    ['a missing colon', '{\n "a" 1}', 2],
    ['a name without quotes', '[\n{\n a: 1}]', 3],
    ['an unterminated string', '[\n"a,\n"b"]', 2],
    ['a line break in a string', '["a",\n"b\nc"]', 2],
    ['a wrong escape', '["\\x"]', 1],
    ['a bracket of the other kind', '[1,\n2}', 2],
    ['a missing end', '[1,\n2\n', 3],
    ['text after the end', '[1]\n\nx', 3],
    ['a comment', '[ // here\n1]', 1],
    ['a wrong number', '[\n01]', 2],
    ['a wrong word', '[\n\n\nyes]', 4],
    ['an empty text', '', 1],
  ])('finds %s', (_what, text, line) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(lineOfJsonError(text)).toBe(line);
  });

  it('finds an error after very long strings and very deep nesting', () => {
    expect(lineOfJsonError(`["${'a'.repeat(10_000_000)}",\nx]`)).toBe(2);
    expect(lineOfJsonError(`["${'\\n'.repeat(1_000_000)}",\nx]`)).toBe(2);
    expect(lineOfJsonError(`${'['.repeat(100_000)}\nx`)).toBe(2);
  });

  it('accepts all valid JSON', () => {
    const text = JSON.stringify(
      [{ a: [], b: {}, c: 'é\\"\n\u2028', d: [-1.5e-7, 0, null, true, false] }],
      undefined,
      2,
    );
    expect(lineOfJsonError(`${text}\n`)).toBe(text.split('\n').length + 1);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
import { describe, expect, it } from 'vitest';
import { parseLines, readValueText } from './lines.js';

const settings = (text: string) =>
  parseLines(text, 'f').map((line) =>
    line.kind === 'setting' ? [line.line, line.key, line.rawValue.trim()] : line.kind,
  );

describe('parseLines', () => {
  it('counts lines with every kind of line break, and skips blank lines and comments', () => {
    expect(settings('\uFEFFa = 1\r\n# c\n\n  ## c\rb = 2\n \t\nc=3')).toEqual([
      [1, 'a', '1'],
      [5, 'b', '2'],
      [7, 'c', '3'],
    ]);
  });

  it('splits at the first = before a comment', () => {
    expect(settings('a = b = c # d = e')).toEqual([[1, 'a', 'b = c # d = e']]);
    expect(settings('a # b = c')).toEqual(['error']);
  });

  it('distinguishes an include from a key that begins with include', () => {
    expect(parseLines('include a b.conf # x', 'f')).toEqual([
      { kind: 'include', file: 'f', line: 1, rawPath: 'a b.conf # x' },
    ]);
    expect(settings('include.d = 1')).toEqual([[1, 'include.d', '1']]);
    expect(settings('include = a.conf')).toEqual(['error']);
    expect(settings('include')).toEqual(['error']);
  });

  it('shows only the first word of a malformed key', () => {
    const [line] = parseLines('token hunter2 = x', 'f');
    expect(line).toMatchObject({ kind: 'error', key: 'token' });
    expect(parseLines('hunter2', 'f')[0]).toMatchObject({ kind: 'error', key: '' });
    expect(parseLines('a\u001b[31m = x', 'f')[0]).toMatchObject({ kind: 'error', key: 'a' });
  });
});

describe('readValueText', () => {
  it.each([
    ['  a b ', 'a b'],
    [' a # b', 'a'],
    [' a\t# b', 'a'],
    [' a#b', 'a#b'],
    ['#b', '#b'],
    ['', ''],
    [' a "b"', 'a "b"'],
  ])('reads %j as %j', (raw, text) => {
    expect(readValueText(raw)).toMatchObject({ text, quoted: false });
  });

  it.each([
    [' a # b', '# b'],
    [' a#b', ''],
    [' a \t#b ', '#b'],
  ])('returns the comment of %j', (raw, comment) => {
    expect(readValueText(raw)).toMatchObject({ comment });
  });

  it.each([' # b', ' #b', '\t#', ' ## b'])('refuses %j, which is only a comment', (raw) => {
    expect(() => readValueText(raw)).toThrow(/the value is empty, because # begins a comment/);
  });

  it.each([
    [' "a # ${b}" ', 'a # ${b}'],
    ['\'a "b"\'', 'a "b"'],
    ['"" # comment', ''],
    ['" a "\t# it\'s "fine"', ' a '],
  ])('does not interpret %j, which is in quotes', (raw, text) => {
    expect(readValueText(raw)).toEqual({ text, quoted: true, comment: '' });
  });

  it.each(['"a', "'", '"a" b', '"a"#b', "'a'b'"])('refuses %j, whose quotes are wrong', (raw) => {
    expect(() => readValueText(raw)).toThrow(/clos/);
  });
});

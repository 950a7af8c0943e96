import { describe, expect, it } from 'vitest';
import { holdsDotSegment } from './dot-segments.js';

/** Percent-encodes every character, so many times. */
function encodeAll(text: string, times: number): string {
  if (times === 0) return text;
  const once = [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
  return encodeAll(once, times - 1);
}

describe('holdsDotSegment', () => {
  it.each([
    '.',
    '..',
    '../x',
    'x/..',
    'x/../y',
    './x',
    'x/.',
    'x/./y',
    '..\\x',
    'x\\..',
    '/..',
    '../../',
    '//..//',
  ])('finds the plain %s', (text) => {
    expect(holdsDotSegment(text)).toBe(true);
  });
  it.each([1, 2, 3])('finds a dot segment that is encoded %i times', (times) => {
    for (const text of ['../x', 'x/..', 'x\\..\\y', 'x/./y']) {
      expect(holdsDotSegment(encodeAll(text, times))).toBe(true);
    }
  });
  it.each([
    ['a slash alone that is encoded', '..%2fx'],
    ['a slash in upper case', '..%2Fx'],
    ['a backslash', '..%5cx'],
    ['dots alone', '%2e%2e/x'],
    ['one dot of two', '.%2e/x'],
    ['all of it', '%2e%2e%2fx'],
    ['twice', '%252e%252e%252fx'],
    ['once and twice', '..%252fx'],
    ['an escape whose digit is an escape', '..%2%66x'],
    ['a percent sign and its digits apart', '%%32e%%32e/x'],
    ['the long form', '%u002e%u002e%u002fx'],
    ['overlong UTF-8 of two bytes', '%c0%ae%c0%ae%c0%afx'],
    ['overlong UTF-8 of three bytes', '%e0%80%ae%e0%80%ae/x'],
    ['overlong UTF-8 of four bytes', '..%f0%80%80%afx'],
    ['an overlong backslash', '..%c1%9cx'],
    ['a path parameter', '..;/x'],
    ['a path parameter with a value', 'x/..;v=1/y'],
    ['a path parameter that is encoded', '..%3b/x'],
    ['a path parameter at the end', '..;'],
    ['U+0000 behind the dots', 'x/..%00'],
    ['white space behind the dots', '.. /x'],
    ['white space before the dots', 'x/%09..'],
    ['a query behind the dots', 'x/..%3fy'],
    ['a fragment behind the dots', 'x/..%23y'],
    ['a query behind the dots that begin the value', '..?x'],
    ['a fragment behind the dots that begin the value', '..#x'],
  ])('finds %s', (_, text) => {
    expect(holdsDotSegment(text)).toBe(true);
  });
  it.each([
    '',
    'a',
    '...',
    '..a',
    'a..',
    'a..b/c',
    'a/b',
    'a/..b/c',
    'a/b../c',
    'a/.../b',
    'a/.hidden',
    'a%2Fb',
    'a\\b',
    '%2e%2e',
    '%252e%252e',
    '%2e%2e%2e',
    '%',
    '%2',
    '100%',
    'v1.2/v1.3',
    'a;b',
    '\u{1f600}/x',
  ])('lets %j pass', (text) => {
    expect(holdsDotSegment(text)).toBe(false);
  });
});

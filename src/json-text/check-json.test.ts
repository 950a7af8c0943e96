import { array, assert, constantFrom, integer, json, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../test/support/thoroughness.js';
import { checkJson } from './check-json.js';
import { checkJsonInSteps } from './check-json-in-steps.js';

/** The verdict of both ways, in one go and in steps. */
function check(text: string, maxNesting = 100): string {
  const verdict = checkJson(Buffer.from(text), maxNesting);
  const inSteps = steps(Buffer.from(text), maxNesting).verdict;
  // What is wrong behind too much nesting is not looked for, and the ways may come upon either
  // first.
  expect(inSteps).toBe(verdict);
  return verdict;
}

function steps(bytes: Uint8Array, maxNesting = 100): { count: number; verdict: string } {
  const work = checkJsonInSteps(bytes, maxNesting);
  for (let count = 1; ; count++) {
    const { done, value } = work.next();
    if (done === true) return { count, verdict: value };
  }
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the check of JSON', () => {
  it.each([
    ...[
      'null',
      'true',
      'false',
      '""',
      '"a"',
      '[]',
      '{}',
      ' \t\r\n[ ] ',
      '{"a":{"b":[1,2]},"a":null}',
      '"\u007f\u2028é€😀"',
    ],
    ...[
      '0',
      '-0',
      '7',
      '-12',
      '1.5',
      '0.0',
      '1e5',
      '1E+5',
      '-1.25e-10',
      '123456789012345678901234567890',
      '1e999',
    ],
    ...[
      '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
      '"\\u00e9\\uD83D\\ude00\\uAaFf"',
      '"\\ud800"',
      '[[[[]],{}]]',
      '["a","",0]',
    ],
  ])('accepts %s', (text) => {
    expect(isParsed(text)).toBe(true);
    expect(check(text)).toBe('valid');
  });

  it.each([
    ...[
      '',
      ' ',
      'nul',
      'nulls',
      'True',
      'NaN',
      'undefined',
      "'a'",
      '"',
      '"a',
      '"\\',
      '"\\"',
      '"\\x"',
      '"\\u12"',
      '"\\u12g4"',
    ],
    ...[
      '"\\u123',
      '"\n"',
      '"\u0000"',
      '"\u001f"',
      '01',
      '-',
      '+1',
      '1.',
      '.5',
      '1e',
      '1e+',
      '1.e5',
      '--1',
      '0x1',
      '1_0',
      '00',
    ],
    ...[
      '[',
      ']',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[1 2]',
      '{',
      '}',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '{a:1}',
      '{1:1}',
      '{"a" 1}',
    ],
    ...[
      '{"a":1 "b":2}',
      '{,}',
      '[}',
      '{]',
      '1 2',
      '[] []',
      '\u00a0[]',
      '\u000b1',
      '\ufeff1',
      '/**/1',
      '"a"b',
      '[1]]',
      '{}}',
      '-a',
    ],
  ])('refuses %j', (text) => {
    expect(isParsed(text)).toBe(false);
    expect(check(text)).toBe('invalid');
  });

  it('refuses nesting beyond the limit', () => {
    const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect(check(nested(100))).toBe('valid');
    expect(check(nested(102))).toBe('too_deep');
    expect(check('['.repeat(1_000_000))).toBe('too_deep');
    expect(check(`[${'[],{},'.repeat(1000)}[]]`, 2)).toBe('valid');
  });

  it.each([
    ['numbers', `[${'1,'.repeat(500_000)}1]`],
    ['lists', `[${'[],'.repeat(333_333)}1]`],
    ['objects', `[${'{"a":0},'.repeat(125_000)}1]`],
    ['text', `"${'a'.repeat(1_000_000)}"`],
    ['escapes', `"${'\\n'.repeat(500_000)}"`],
    ['long escapes', `"${'\\u0000'.repeat(166_666)}"`],
    ['text without an end', `"${'a'.repeat(1_000_000)}`],
  ])('runs in steps for long text: %s', (_, text) => {
    const { count, verdict } = steps(Buffer.from(text));
    expect(count).toBeGreaterThan(20);
    expect(verdict).toBe(checkJson(Buffer.from(text), 100));
  });

  it('accepts the same random text as JSON.parse', () => {
    assert(
      property(json({ maxDepth: 6 }), (text) => check(text) === 'valid'),
      { numRuns: 2000 },
    );
  });

  it('refuses the same damaged text as JSON.parse', () => {
    const pieces = constantFrom(
      ...'[]{}:,"\\/bfnrtu0123456789aeE+-. \t\n\r\u0000\u001f\u007fé😀',
      'true',
      'false',
      'null',
      '\\u0',
      '"a":',
    );
    const edits = array(tuple(integer({ min: 0 }), integer({ min: 0, max: 3 }), pieces), {
      minLength: 1,
      maxLength: 4,
    });
    const damaged = tuple(json({ maxDepth: 4 }), edits).map(([text, changes]) =>
      changes.reduce((changed, [place, removed, added]) => {
        const at = place % (changed.length + 1);
        return changed.slice(0, at) + added + changed.slice(at + removed);
      }, text),
    );
    const isSame = (text: string) => (check(text) === 'valid') === isParsed(Buffer.from(text).toString());
    assert(property(damaged, isSame), { numRuns: IS_THOROUGH ? 20_000 : 10_000 });
    assert(
      property(
        array(pieces, { maxLength: 12 }).map((all) => all.join('')),
        isSame,
      ),
      { numRuns: IS_THOROUGH ? 20_000 : 10_000 },
    );
    assert(property(string({ unit: 'binary' }), isSame), { numRuns: 2000 });
  });
});

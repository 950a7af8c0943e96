import { describe, expect, it } from 'vitest';
import { paintForTerminal, paintNothing, prettyJson, visibleText, wantsColour } from './colour.js';

describe('pretty JSON', () => {
  it('has the layout of JSON.stringify', () => {
    const value = {
      a: [1, 2.5, -0, { b: null, c: true }],
      e: [],
      f: {},
      'k"': 'ä"\n',
      u: undefined,
      n: Number.NaN,
    };
    expect(prettyJson(value, paintNothing)).toBe(JSON.stringify(value, null, 2));
    expect(prettyJson('text', paintNothing)).toBe('"text"');
    expect(prettyJson(undefined, paintNothing)).toBe('null');
  });

  it('prints every digit of a big integer', () => {
    expect(prettyJson({ n: 9007199254740993n }, paintNothing)).toBe('{\n  "n": 9007199254740993\n}');
  });

  it('shows a key named __proto__', () => {
    expect(prettyJson(JSON.parse('{"__proto__":1}'), paintNothing)).toBe('{\n  "__proto__": 1\n}');
  });

  it('colours keys and values', () => {
    expect(prettyJson({ a: 1 }, paintForTerminal)).toBe(
      '{\n  \u001b[34m"a"\u001b[0m: \u001b[33m1\u001b[0m\n}',
    );
  });

  it('escapes text that would control the terminal', () => {
    expect(prettyJson('\u001b[2J\u009b1m\u007f', paintNothing)).toBe('"\\u001b[2J\\u009b1m\\u007f"');
    expect(visibleText('a\r\n\tb\u001b[2J\u0007')).toBe('a\n\tb\\u001b[2J\\u0007');
  });
});

describe('colour', () => {
  const terminal = { write() {}, isTTY: true };
  it.each([
    [terminal, {}, true],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { TERM: 'dumb' }, false],
    [{ write() {} }, {}, false],
  ])('is only for terminals without NO_COLOR (%#)', (output, env, expected) => {
    expect(wantsColour(output, env)).toBe(expected);
  });
});

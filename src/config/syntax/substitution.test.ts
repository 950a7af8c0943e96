// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
import { describe, expect, it } from 'vitest';
import { ValueError } from '../types/value-error.js';
import { substitute, substitutePieces } from './substitution.js';

const ENV = {
  HOST: 'example.com',
  EMPTY: '',
  REFERENCE: '${HOST}',
  DOLLAR: "$& $' $1",
  LINE: 'key\n',
  WINDOWS: 'key\r\n',
  LINES: 'a\nb\n\n',
  BREAK: '\n',
};

describe('substitute', () => {
  it.each([
    ['a ${HOST} b ${HOST}', 'a example.com b example.com'],
    ['${UNSET:-x y}', 'x y'],
    ['${UNSET:-}', ''],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY}', ''],
    ['${HOST:-x}', 'example.com'],
    ['${REFERENCE}', '${HOST}'],
    ['${DOLLAR}', "$& $' $1"],
    ['${UNSET:-{{a:-b}}/{{c}}}', '{{a:-b}}/{{c}}'],
    ['$HOST $ {HOST} }', '$HOST $ {HOST} }'],
    ['Bearer ${LINE}', 'Bearer key'],
    ['${LINE}:${WINDOWS}', 'key:key'],
    ['${LINES}', 'a\nb\n'],
    ['${BREAK:-x}', 'x'],
  ])('changes %j to %j', (text, result) => {
    expect(substitute(text, ENV)).toBe(result);
  });

  it.each(['${UNSET}', '${toString}', '${__proto__}'])('refuses %j, which is not set', (text) => {
    expect(() => substitute(text, ENV)).toThrow(/is not set/);
  });

  it.each(['${HOST:-${UNSET:-c}}', '${UNSET:-${HOST}}', '${UNSET:-a ${HOST} b}'])(
    'refuses %j, whose default contains a reference',
    (text) => {
      expect(() => substitute(text, ENV)).toThrow(/default in .* must not contain another/);
    },
  );
  it.each(['${', '${}', '${HOST', '${9}', '${A B}', '${HOST:x}', '${HOST:-x'])(
    'refuses %j, which is malformed',
    (text) => {
      expect(() => substitute(text, ENV)).toThrow(/malformed/);
    },
  );

  it('names a variable in a message only if it has the usual style: others may be part of a password', () => {
    expect(() => substitute('${MY_HOST}', ENV)).toThrow(/MY_HOST/);
    expect(() => substitute('pa${ssword}', ENV)).not.toThrow(/ssword/);
    expect(() => substitute('pa${ssword}', ENV)).toThrow(ValueError);
  });

  it('does not overflow the stack with a default that never ends', () => {
    expect(() => substitute(`\${A:-${'{{a}}{'.repeat(5000)}`, ENV)).not.toThrow(RangeError);
  });
});

describe('substitutePieces', () => {
  it.each([
    ['a${HOST}b', ['a', '<example.com>', 'b']],
    ['${UNSET:-{{a}}}', ['{{a}}']],
    ['${EMPTY:-x}${EMPTY}', ['x', '<>']],
    ['${HOST:-x}', ['<example.com>']],
    ['', []],
  ])('tells which pieces of %j come from the environment', (text, expected) => {
    const pieces = substitutePieces(text, ENV).filter((piece) => piece.text !== '' || piece.fromEnvironment);
    expect(pieces.map((piece) => (piece.fromEnvironment ? `<${piece.text}>` : piece.text))).toEqual(expected);
  });
});

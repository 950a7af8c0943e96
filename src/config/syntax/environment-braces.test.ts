// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
import { describe, expect, it } from 'vitest';
import { ValueError } from '../types/value-error.js';
import { refuseForeignBraces } from './environment-braces.js';
import { substitutePieces } from './substitution.js';

const refuse = (text: string, X: string) => refuseForeignBraces(substitutePieces(text, { X }), 'auth.vars');

describe('a template', () => {
  it.each([
    ['${X}', 'x{{client_id}}y'],
    ['${X}', 'x{{'],
    ['a ${X:-b}', '{{b}}'],
    ['{{a}}${X}', '{{b'],
    // One brace from the file, the other from the environment.
    ['{${X}', '{a}}'],
    ['${X}{a}}', '{'],
    ['{{a}${X}', '} b'],
    // The file begins the variable, and the environment ends it.
    ['{{a:-${X}}}', 'p}'],
    ['{{a:-${X}}}', '}}{{b'],
  ])('%j is refused if X is %j', (text, value) => {
    expect(() => refuse(text, value)).toThrow(ValueError);
    expect(() => refuse(text, value)).toThrow(/environment variable adds .* auth\.vars\.NAME/);
  });

  it.each([
    ['${X}', 'a } b }} c { d'],
    ['{{a}}${X}{{b}}', 'x'],
    ['{{a:-${X}}}', 'x } y'],
    ['{{a:-${X}}}', 'a {{ b'],
    ['{{${X}}}', 'name'],
    ['${Y:-{{a}}}', 'x'],
    ['{{a', 'x'],
    ['', 'x'],
  ])('%j is accepted if X is %j', (text, value) => {
    expect(() => refuse(text, value)).not.toThrow();
  });
});

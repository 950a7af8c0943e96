import { describe, expect, it } from 'vitest';
import { readCases } from './read-cases.js';

const mistakesOf = (text: string) => {
  const read = readCases(text);
  return read.kind === 'mistakes' ? read.mistakes : [];
};

describe('a file of cases', () => {
  it('may be YAML or JSON', () => {
    const json = '[{"call": "com.a", "error": "com.b"}]';
    expect(readCases(json)).toEqual(readCases('- {call: com.a, error: com.b}'));
    expect(readCases(json)).toMatchObject({ kind: 'cases', cases: [{ name: 'com.a', kwargs: {} }] });
  });

  it('gives numbers and booleans of headers as text', () => {
    expect(readCases('- {call: com.a, request: {headers: {x: 1, y: true, z: null}}}')).toMatchObject({
      cases: [{ request: { headers: { x: '1', y: 'true', z: null } } }],
    });
  });

  it.each([
    ['a: 1', 'the file must hold a list of cases'],
    ['[]', 'the list of cases is empty; add a case'],
    ['- [', 'not valid YAML'],
    ['- call: com.a\n  error: x\n  error: y', 'line 3: the file is not valid YAML: duplicated mapping key'],
    ['- 1', 'case 1: a case must be a dictionary'],
    ['- {cal: com.a, error: x}', 'case 1: a case has no key "cal"; did you mean call?'],
    [
      '- {name: n, call: com.a, answer: {stauts: 1}}',
      'case 1 (n): answer has no key "stauts"; did you mean status?',
    ],
    ['- {call: com.a}', 'checks nothing; add request, result or error'],
    ['- {error: x}', 'call is missing'],
    ['- {call: 1, error: x}', 'call must be text'],
    ['- {call: com.a, result: {}, error: x}', 'has both result and error'],
    ['- {call: com.a, error: x, answer: {status: 100}}', 'must be an HTTP status'],
    ['- {call: com.a, error: x, kwargs: [1]}', 'kwargs must be a dictionary'],
    ['- {call: com.a, error: x, caller: {session: a}}', 'caller.session must be a number'],
    ['- {call: com.a, error: x, caller: {authid: 1}}', 'caller.authid must be text'],
    ['- {call: com.a, request: {path: 1}}', 'request.path must be text'],
    ['- {call: com.a, error: {kwargs: {}}}', 'error.uri is missing'],
    ['- {call: com.a, error: x, answer: {headers: {x: null}}}', 'answer.headers.x must be text'],
    ['- {call: com.a, request: {headers: {x: [1]}}}', 'request.headers.x must be text'],
    ['- {call: com.a, request: {headers: {x: {}}}}', 'request.headers.x must be text'],
  ])('with a mistake says which one: %s', (text, message) => {
    expect(mistakesOf(text)).toEqual([expect.stringContaining(message)]);
  });

  it('tells all mistakes at once', () => {
    expect(mistakesOf('- {call: com.a}\n- {cal: com.a}')).toHaveLength(2);
  });
});

import { expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { wampBytes } from './binary-value.js';
import { asDict, isDict } from './payload.js';

it.each([{}, { a: 1 }, Object.create(null), JSON.parse('{"__proto__":1}')])(
  'the value %j is a dictionary',
  (value) => {
    expect(isDict(value)).toBe(true);
    expect(asDict(value)).toBe(value);
  },
);

it.each([
  ['null', null],
  ['nothing', undefined],
  ['text', 'a'],
  ['a list', []],
  ['bytes', wampBytes(Buffer.from('a'))],
  ['JSON text of a list', jsonText('[1]')],
  ['JSON text of a dictionary', jsonText('{"a":1}')],
  ['JSON text in bytes', jsonText('', Buffer.from('{"a":1}'))],
])('a value that is %s is no dictionary', (_, value) => {
  expect(isDict(value)).toBe(false);
  expect(asDict(value)).toBeUndefined();
});

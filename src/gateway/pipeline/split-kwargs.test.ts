import { expect, it } from 'vitest';
import { isJsonText, jsonText, textOfJson } from '../../json-text/json-text.js';
import { type SplitRule, splitKwargs } from './split-kwargs.js';

const BODY: SplitRule = { isRead: (name) => name === 'id', isBody: (name) => name !== 'id' };

function split(json: string, rule = BODY) {
  const { kwargs, body } = splitKwargs(jsonText('', Buffer.from(json)), rule);
  const shown = Object.entries(kwargs).map(([name, value]) => [
    name,
    isJsonText(value) ? { json: textOfJson(value) } : value,
  ]);
  return { kwargs: shown, body: body && Buffer.from(body).toString() };
}

it('hands over kwargs that are values as they are', () => {
  const kwargs = { a: 1 };
  expect(splitKwargs(kwargs, BODY)).toEqual({ kwargs, body: undefined });
});

it.each(['{"a":1}', '{ "a" : 1.50, "b":{"b":1,"b":2} }', '{"__proto__":1}'])(
  'takes %s for a body as it is written',
  (json) => {
    expect(split(json)).toEqual({ kwargs: [], body: json });
  },
);

it.each<[string, unknown[]]>([
  ['{}', []],
  [
    '{"id":"1","a":[ 1 ]}',
    [
      ['id', '1'],
      ['a', { json: '[ 1 ]' }],
    ],
  ],
  ['{"\\u0069d":9007199254740993}', [['id', 9007199254740993n]]],
  // One name twice, in whatever spelling: the last one counts, and the other is not there.
  [
    '{"id":1,"a":2,"i\\u0064":3}',
    [
      ['id', 3],
      ['a', { json: '2' }],
    ],
  ],
  ['{"a":1,"\\u0061":2}', [['a', { json: '2' }]]],
  [
    '{"__proto__":{"id":1},"id":2}',
    [
      ['__proto__', { json: '{"id":1}' }],
      ['id', 2],
    ],
  ],
  [
    '{"a":null,"id":null}',
    [
      ['a', null],
      ['id', null],
    ],
  ],
])('splits %s', (json, kwargs) => {
  expect(split(json)).toEqual({ kwargs, body: undefined });
});

it('takes nothing for a body where the rule does not', () => {
  expect(split('{"a":1}', { isRead: () => false, isBody: () => false })).toEqual({
    kwargs: [['a', { json: '1' }]],
    body: undefined,
  });
});

it('reads JSON that comes in pieces', () => {
  const { body } = splitKwargs(jsonText('{"status":200,', Buffer.from('"body":1'), '}'), BODY);
  expect(String(body)).toBe('{"status":200,"body":1}');
});

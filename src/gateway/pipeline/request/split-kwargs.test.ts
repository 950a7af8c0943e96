import { expect, it } from 'vitest';
import { isJsonText, jsonText, textOfJson } from '../../../json-text/json-text.js';
import { splitKwargs, type Use } from './split-kwargs.js';

const USES: Readonly<Record<string, Use>> = { id: 'value', items: 'json', own: 'dropped' };
const useOf = (name: string): Use => (Object.hasOwn(USES, name) ? (USES[name] as Use) : 'remaining');

function split(json: string, namesDiffer = true) {
  const { kwargs, remainingJson } = splitKwargs(
    jsonText('', Buffer.from(json), '', undefined, namesDiffer),
    useOf,
  );
  const shown = Object.keys(kwargs).map((name) => {
    const value = kwargs[name];
    return [name, isJsonText(value) ? { json: textOfJson(value) } : value];
  });
  return {
    kwargs: shown,
    pieces: remainingJson?.pieces.map(String),
    whole: remainingJson?.whole && String(remainingJson.whole),
  };
}

it('passes kwargs on unchanged if they are values', () => {
  const kwargs = { a: 1 };
  expect(splitKwargs(kwargs, useOf)).toEqual({ kwargs, remainingJson: undefined });
});

it.each(['{"a":1}', '{ "a" : 1.50, "b":{"b":1,"c":2} }', '{"__proto__":1}'])(
  'leaves %s unchanged',
  (json) => {
    expect(split(json)).toMatchObject({ kwargs: [], whole: json });
  },
);

it.each<[string, unknown[], string[] | undefined]>([
  ['{}', [], undefined],
  ['{"id":"1"}', [['id', '1']], undefined],
  ['{"\\u0069d":9007199254740993, "a":[ 1 ] }', [['id', 9007199254740993n]], ['"a":[ 1 ]']],
  [
    '{"a":1 , "b":2,"items":[ 1 ],"c" : 3,"own":4,"d":5}',
    [['items', { json: '[ 1 ]' }]],
    ['"a":1 , "b":2', '"c" : 3', '"d":5'],
  ],
  ['{"own":4}', [], undefined],
  ['{"own":4,"a":1}', [], ['"a":1']],
  ['{"__proto__":{"id":1},"id":2}', [['id', 2]], ['"__proto__":{"id":1}']],
  [
    '{"items":null,"id":null,"a":null}',
    [
      ['items', null],
      ['id', null],
    ],
    ['"a":null'],
  ],
])('splits %s', (json, kwargs, pieces) => {
  expect(split(json)).toEqual({ kwargs, pieces, whole: undefined });
});

it.each<[string, object]>([
  ['{"id":1,"a":2,"i\\u0064":3}', { id: 3, a: 2 }],
  ['{"a":{"b":1,"b":2}}', { a: { b: 2 } }],
])('reads every value if a name may occur twice, because the last one counts: %s', (json, kwargs) => {
  expect(split(json, false)).toEqual({ kwargs: Object.entries(kwargs), pieces: undefined, whole: undefined });
});

it('reads every value if the request uses all', () => {
  const { kwargs } = splitKwargs(jsonText('', Buffer.from('{"a":[1],"items":{}}')), undefined);
  expect(kwargs).toEqual({ a: [1], items: {} });
});

it('reads JSON that comes in pieces', () => {
  expect(
    splitKwargs(jsonText('{"status":200,', Buffer.from('"id":1'), '}', undefined, true), useOf),
  ).toMatchObject({
    kwargs: { id: 1 },
    remainingJson: { pieces: [Buffer.from('"status":200')] },
  });
});

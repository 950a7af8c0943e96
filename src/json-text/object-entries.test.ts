import { assert, json, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachEntry } from './object-entries.js';

function entriesOf(text: string): (readonly [string, string])[] {
  const bytes = Buffer.from(text);
  const entries: (readonly [string, string])[] = [];
  forEachEntry(bytes, undefined, (name, _begin, start, end) =>
    entries.push([name, bytes.toString('utf8', start, end)]),
  );
  return entries;
}

describe('the entries of an object', () => {
  it.each<[string, readonly (readonly [string, string])[]]>([
    ['{}', []],
    [' { \n} ', []],
    ['{"a":1}', [['a', '1']]],
    [
      '{ "a" : -1.5e3 , "b"\t:\r\ntrue,"c":null }',
      [
        ['a', '-1.5e3'],
        ['b', 'true'],
        ['c', 'null'],
      ],
    ],
    [
      '{"a":"x\\"},{","b":[{"a":"]}"},[]],"c":{"d":"\\\\"}}',
      [
        ['a', '"x\\"},{"'],
        ['b', '[{"a":"]}"},[]]'],
        ['c', '{"d":"\\\\"}'],
      ],
    ],
    [
      '{"\\u0069d":1,"id":2,"\\"":3,"__proto__":4,"":5,"\\ud800":6,"ü€😀":7}',
      [
        ['id', '1'],
        ['id', '2'],
        ['"', '3'],
        ['__proto__', '4'],
        ['', '5'],
        ['\ud800', '6'],
        ['ü€😀', '7'],
      ],
    ],
  ])('are found in %s', (text, entries) => {
    expect(entriesOf(text)).toEqual(entries);
  });

  it('are the same as those of JSON.parse', () => {
    assert(
      property(json({ maxDepth: 4 }), (text) => {
        const object = `{"first": ${text} , "second":${text}, "third":[${text}]}`;
        for (const [name, value] of entriesOf(object))
          expect(JSON.parse(value)).toEqual((JSON.parse(object) as Record<string, unknown>)[name]);
        return entriesOf(object).length === 3;
      }),
    );
  });
});

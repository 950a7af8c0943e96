import { describe, expect, it } from 'vitest';
import { isJsonText, type JsonText, textOfJson } from '../../../json-text/json-text.js';
import { splitFrame } from './split-frame.js';

const split = (text: string, long = 0) => splitFrame(Buffer.from(text), 16, long);
const shown = (elements: readonly unknown[] | undefined) =>
  elements?.map((element) => (isJsonText(element) ? { text: textOfJson(element) } : element));

describe('a frame that is split', () => {
  it.each<[string, readonly unknown[]]>([
    ['[48,1,{},"com.a",[1]]', [48, 1, {}, 'com.a', { text: '[1]' }]],
    [
      ' [ 48 , 1 , {"timeout":5} , "com.\\u0061" , [ ] , { "n" : 1.50 } ] \n',
      [48, 1, { timeout: 5 }, 'com.a', { text: '[ ]' }, { text: '{ "n" : 1.50 }' }],
    ],
    [
      '[70,1,{},["ü"],{"n":9007199254740993}]',
      [70, 1, {}, { text: '["ü"]' }, { text: '{"n":9007199254740993}' }],
    ],
    ['[8,48,1,{},"com.error",[]]', [8, 48, 1, {}, 'com.error', { text: '[]' }]],
    // Whatever stands in the head is for who reads messages to judge.
    [
      '[16,"a",{"retain":9007199254740993},null,[]]',
      [16, 'a', { retain: 9007199254740993n }, null, { text: '[]' }],
    ],
  ])('keeps its payload unchanged: %s', (frame, elements) => {
    expect(shown(split(frame))).toEqual(elements);
  });

  it('has a short payload as values', () => {
    const long = `{"a":"${'x'.repeat(50)}"}`;
    expect(shown(split(`[48,1,{},"com.a",[1],${long}]`, 20))).toEqual([
      48,
      1,
      {},
      'com.a',
      [1],
      { text: long },
    ]);
  });

  it.each([
    ...['', ' ', '[', ']', '{}', '[48,1,{},"com.a",[1]', '[48,1,{},"com.a",[1]]]', '[48,1,{},"com.a",[1]] x'],
    ...[
      '[48,1,{},"com.a" [1]]',
      '[48,1,{},"com.a",[1],]',
      '[,48,1,{},"com.a",[1]]',
      '\ufeff[48,1,{},"com.a",[1]]',
    ],
    // No payload, or no message that has one.
    ...[
      '[48,1,{},"com.a"]',
      '[48]',
      '[]',
      '[1,"com.realm",{}]',
      '[6,{},"com.a",[1]]',
      '[[48,1,{},"com.a",[1]]]',
    ],
    // Slots of other kinds.
    ...[
      '[48,1,{},"com.a",{}]',
      '[48,1,{},"com.a",[],[]]',
      '[48,1,{},"com.a",null,{}]',
      '[48,1,{},"com.a","packed"]',
    ],
    '[48,1,{},"com.a",[],{},{}]',
    // What text must not hold.
    ...['["\\u0000AP8="]', '[1e400]', '[1e999]', `[${'1'.repeat(201)}]`, '['.repeat(16) + ']'.repeat(16)].map(
      (args) => `[48,1,{},"com.a",${args}]`,
    ),
  ])('is not split: %s', (frame) => {
    expect(split(frame)).toBeUndefined();
  });

  it.each([
    ['names that differ', '{"a":[{"b":1},{"b":1}],"b":{"a":1}}', true],
    ['a name twice, however deep', '{"a":[{"b":1,"c":2,"b":3}]}', false],
    ['an escaped name, which may be one of the others', '{"a":1,"\\u0062":2}', false],
    ['more names than are compared', `{${Array.from({ length: 4097 }, (_, n) => `"${n}":0`)}}`, false],
    ['no more', `{${Array.from({ length: 4096 }, (_, n) => `"${n}":0`)}}`, true],
  ])('reports kwargs that contain %s', (_what, kwargs, namesDiffer) => {
    expect(split(`[48,1,{},"com.a",[],${kwargs}]`)?.at(-1)).toMatchObject({ namesDiffer });
  });

  it('keeps at most twice the memory of its payload alive', () => {
    const chunk = Buffer.concat([Buffer.from('[48,1,{},"com.a",["small"]]'), Buffer.alloc(60_000)]);
    const memoryOf = (element: unknown) => (element as JsonText).bytes.buffer.byteLength;
    const [small] = splitFrame(chunk.subarray(0, 27), 16, 0)?.slice(-1) ?? [];
    expect(memoryOf(small)).toBe('["small"]'.length);
    const large = Buffer.from(`[48,1,{},"com.a",["${'x'.repeat(60_000)}"]]`);
    expect(memoryOf(splitFrame(large, 16, 0)?.at(-1))).toBe(large.length);
  });
});

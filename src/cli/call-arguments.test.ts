import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { callArguments, parseCallArguments } from './call-arguments.js';

describe('arguments of call', () => {
  it('are JSON if they are valid JSON, otherwise text', () => {
    const words = [
      'id=INV-001',
      'amount=2500',
      'ok=true',
      'none=null',
      'list=[1,{"a":2}]',
      'text="007"',
      'zip=007',
    ];
    expect(parseCallArguments([...words, 'empty=', 'eq=a=b'])).toEqual({
      id: 'INV-001',
      amount: 2500,
      ok: true,
      none: null,
      list: [1, { a: 2 }],
      text: '007',
      zip: '007',
      empty: '',
      eq: 'a=b',
    });
  });

  it.each(['1.10', '1e5', '1E400', '-0', '0.30000000000000000001'])(
    'keep the number %s as the user typed it',
    (text) => {
      expect(parseCallArguments([`n=${text}`])).toEqual({ n: text });
    },
  );

  it.each([
    ['1.5', 1.5],
    ['-7', -7],
    ['0', 0],
  ])('are numbers if they are written as %s', (text, number) => {
    expect(parseCallArguments([`n=${text}`])).toEqual({ n: number });
  });

  it('keep big integers exact and accept the key __proto__', () => {
    const kwargs = parseCallArguments(['n=9007199254740993', '__proto__={"a":1}']);
    expect(kwargs['n']).toBe(9007199254740993n);
    expect(Object.getPrototypeOf(kwargs)).toBe(Object.prototype);
    expect(Object.keys(kwargs)).toEqual(['n', '__proto__']);
  });

  it.each([
    [['id'], 'write key=value'],
    [['=1'], 'write key=value'],
    [['a=1', 'a=2'], 'given twice'],
  ])('are refused if they are %j', (words, sentence) => {
    expect(() => parseCallArguments(words)).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => parseCallArguments(words)).toThrow(sentence);
  });
});

describe('--kwargs @FILE', () => {
  const kwargsOf = (file: string) => callArguments([], { kwargs: `@${file}` }, createFakeHost());

  it('reads a file', async () => {
    const folder = createTemporaryFolder();
    const file = folder.write('kwargs.json', '{"a":"\u00e9"}');
    expect(await kwargsOf(file)).toEqual({ args: [], kwargs: { a: '\u00e9' } });
    folder.remove();
  });

  // Whoever reads a device may read for ever.
  it.each(['/dev/zero', '/nowhere/kwargs.json', '/'])('refuses the file %s', async (file) => {
    await expect(kwargsOf(file)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`the file ${file} is unreadable (`),
    });
  });
});

it('reads --kwargs from stdin, even if a chunk ends within a character', async () => {
  const bytes = Buffer.from('{"a":"\u00e9"}');
  const stdin = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
  const { kwargs } = await callArguments([], { kwargs: '-' }, { ...createFakeHost(), stdin });
  expect(kwargs).toEqual({ a: '\u00e9' });
});

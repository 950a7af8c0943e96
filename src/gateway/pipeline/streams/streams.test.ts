import { describe, expect, it } from 'vitest';
import { createEventReader } from './event-stream.js';
import { createLineReader } from './json-lines.js';
import { partBody } from './part-body.js';
import type { PartReader } from './part-reader.js';

const MAX = 1000;

/** Reads pieces to the end. Returns the bodies, or where a part is too large. */
function readAll(reader: PartReader, pieces: readonly Buffer[], asText = false): unknown[] {
  const bodies: unknown[] = [];
  const takeAll = (take: PartReader['next']): boolean => {
    for (let part = take(); part !== undefined; part = take()) {
      bodies.push(part === 'too_large' ? part : bodyValue(part, asText));
      if (part === 'too_large') return false;
    }
    return true;
  };
  for (const piece of pieces) {
    // A socket gives each piece memory of its own.
    reader.add(Buffer.from(piece));
    if (!takeAll(reader.next)) return bodies;
  }
  takeAll(reader.last);
  return bodies;
}

function bodyValue(part: Parameters<typeof partBody>[0], asText: boolean): unknown {
  const body = partBody(part, asText);
  if (body.kind === 'json') return JSON.parse(Buffer.from(body.json).toString());
  return body.kind === 'text' ? body.text : body.kind;
}

const events = (text: string | Buffer): unknown[] => readAll(createEventReader(MAX), [Buffer.from(text)]);
const event = (data: unknown, rest: object = {}): object => ({
  event: 'message',
  id: null,
  data,
  retry: null,
  ...rest,
});

describe('an event stream', () => {
  // The examples are those of the standard (WHATWG HTML §9.2.6).
  it.each([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', [event('YHOO\n+2\n10')]],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event',
      [event('first event', { id: '1' }), event('second event', { id: '' })],
    ],
    ['data\n\ndata\ndata\n\ndata:', [event(''), event('\n')]],
    ['data:test\n\ndata: test\n\n', [event('test'), event('test')]],
    [
      'event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n',
      [event(73857293, { event: 'add' }), event(2153, { event: 'remove' })],
    ],
  ])('is read as the standard says: %j', (text, expected) => {
    expect(events(text)).toEqual(expected);
  });

  it.each([
    ['\ufeffdata: marked\n\n', [event('marked')]],
    ['\ufeff\ufeffdata: marked twice\n\ndata: 1\n\n', [event(1)]],
    ['data: a\n\n\ufeffdata: no mark here\n\n', [event('a')]],
    ['data: {"n": [1, 2]}\n\n', [event({ n: [1, 2] })]],
    ['data: {"n":\ndata: 1}\n\n', [event({ n: 1 })]],
    ['data: {broken\n\n', [event('{broken')]],
    ['retry: 250\n\ndata: a\n\ndata: b\n\n', [event('a', { retry: 250 }), event('b')]],
    ['retry: soon\nretry: -1\nretry:\ndata: a\n\n', [event('a')]],
    ['retry: 0010\ndata: a\n\n', [event('a', { retry: 10 })]],
    [
      'id: 1\ndata: a\n\nid: 2\u0000\ndata: b\n\ndata: c\n\n',
      [event('a', { id: '1' }), event('b', { id: '1' }), event('c', { id: '1' })],
    ],
    ['event: lost\n\ndata: a\n\n', [event('a')]],
    ['event: x\nevent:\ndata: a\n\n', [event('a')]],
    ['id: "\\\nevent: "\ndata: a\n\n', [event('a', { id: '"\\', event: '"' })]],
    ['Data: a\nfoo: b\n\n', []],
    ['data: a\n', []],
    ['', []],
  ])('of a strange server: %j', (text, expected) => {
    expect(events(text)).toEqual(expected);
  });

  it('has U+FFFD instead of invalid UTF-8', () => {
    expect(events(Buffer.from('data: a\xffb\n\ndata: "\xff"\n\n', 'latin1'))).toEqual([
      event('a\ufffdb'),
      event('\ufffd'),
    ]);
  });

  it('keeps data as text if that is the rule', () => {
    expect(readAll(createEventReader(MAX), [Buffer.from('data: 1\n\n')], true)).toEqual([event('1')]);
  });

  it('keeps all digits of a number', () => {
    const reader = createEventReader(MAX);
    reader.add(Buffer.from('data: 1.10000000000000000000001\n\n'));
    const part = reader.next();
    const body = part === undefined || part === 'too_large' ? undefined : partBody(part, false);
    expect(body?.kind === 'json' && Buffer.from(body.json).toString()).toBe(
      '{"event":"message","id":null,"data":1.10000000000000000000001,"retry":null}',
    );
  });

  it('cannot put kwargs of its own around its data', () => {
    expect(events('data: 1,"status":500\n\n')).toEqual([event('1,"status":500')]);
  });

  it('is refused when one event is too large, however it arrives', () => {
    const large = 'a'.repeat(MAX);
    expect(events(`data: ${large}\n\n`)).toEqual(['too_large']);
    expect(events(`: ${large}\n\n`)).toEqual(['too_large']);
    expect(events(`data: ${'b'.repeat(MAX / 2)}\ndata: ${'b'.repeat(MAX / 2)}\n\n`)).toEqual(['too_large']);
    const bytes = [...Buffer.from(`data: ${large}`)].map((octet) => Buffer.from([octet]));
    expect(readAll(createEventReader(MAX), bytes)).toEqual(['too_large']);
    const many = `data: ${'c'.repeat(MAX / 2)}\n\n`.repeat(10);
    expect(events(many)).toHaveLength(10);
  });

  it('does not keep the memory of a piece for a part of an event', () => {
    const reader = createEventReader(MAX);
    const piece = Buffer.from('data: a\ndata: b\n');
    reader.add(piece);
    expect(reader.next()).toBeUndefined();
    piece.fill('x');
    reader.add(Buffer.from('data: c\n\n'));
    const part = reader.next();
    expect(part !== undefined && part !== 'too_large' && part.data.toString()).toBe('a\nb\nc');
  });

  it('ends with too much nesting', () => {
    expect(
      readAll(createEventReader(10_000), [Buffer.from(`data: ${'['.repeat(2_000)}${']'.repeat(2_000)}\n\n`)]),
    ).toEqual(['refused']);
  });
});

describe('newline-delimited JSON', () => {
  const lines = (text: string): unknown[] => readAll(createLineReader(MAX), [Buffer.from(text)]);

  it.each([
    ['{"n":1}\n{"n":2}\n', [{ n: 1 }, { n: 2 }]],
    ['1\r\n\r\n \t\n2', [1, 2]],
    ['{"n":1}\nno JSON\n', [{ n: 1 }, 'no JSON']],
    ['"a\\r"\r', ['a\r']],
    ['', []],
    ['\n\n', []],
  ])('has a part in each line: %j', (text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  it('is refused when one line is too large', () => {
    expect(lines(`1\n${'2'.repeat(MAX + 1)}\n`)).toEqual([1, 'too_large']);
    expect(lines(`1\n${'2'.repeat(MAX + 1)}`)).toEqual([1, 'too_large']);
  });
});

describe('a stream that is split', () => {
  const text = [
    '\ufeff: comment\r\nevent: paid ✓\rid: é\r\ndata: {"amount":\ndata: "1 €"}\r\n\r\n',
    'data: 😀\r\rretry: 10\r\ndata: last\r\n\n',
  ].join('');
  const expected = [
    event({ amount: '1 €' }, { event: 'paid ✓', id: 'é' }),
    event('😀', { id: 'é' }),
    event('last', { id: 'é', retry: 10 }),
  ];
  const bytes = Buffer.from(text);

  it('has the same events at every two positions', () => {
    expect(readAll(createEventReader(MAX), [bytes])).toEqual(expected);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(readAll(createEventReader(MAX), pieces), `${first}, ${second}`).toEqual(expected);
      }
    }
  });

  it('has the same events if each byte comes alone', () => {
    expect(
      readAll(
        createEventReader(MAX),
        [...bytes].map((octet) => Buffer.from([octet])),
      ),
    ).toEqual(expected);
  });

  it('has the same lines at every position', () => {
    const all = Buffer.from('{"a":"é"}\r\n\n"😀"\n[1,\r2]\nlast €');
    for (let at = 0; at <= all.length; at++) {
      const pieces = [all.subarray(0, at), all.subarray(at)];
      expect(readAll(createLineReader(MAX), pieces), String(at)).toEqual([
        { a: 'é' },
        '😀',
        [1, 2],
        'last €',
      ]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { headerFields } from '../../../../test/support/header-fields.js';
import type { SelectedBody } from './answer-rule.js';
import { type DecodeRule, decodeBody } from './decode-body.js';
import { decodeLargeBody, type PackJson } from './decode-large.js';

const responseOf = (type: string | undefined, body: string | Uint8Array) => ({
  status: 200,
  headers: headerFields({ 'content-type': type }),
  body: Buffer.from(body),
});

/** Packs nothing. */
function* pack(): ReturnType<PackJson> {
  yield;
  return Buffer.from('packed');
}

function readInSteps(
  answer: ReturnType<typeof responseOf>,
  decode: DecodeRule,
  packing: PackJson | 'json' = pack,
  maxBytes = 1e9,
): { count: number; body: SelectedBody } {
  const work = decodeLargeBody(answer, { decode, maxBytes, pack: packing === 'json' ? undefined : packing });
  for (let count = 1; ; count++) {
    const { done, value } = work.next();
    if (done === true) return { count, body: value };
  }
}

/** Text as a caller of JSON gets it is JSON. */
const asValue = (body: SelectedBody): unknown =>
  body.kind === 'json' ? ['json', JSON.parse(Buffer.from(body.json).toString())] : body;

/** Text as a caller of a binary format gets it is UTF-8. */
const asText = (body: SelectedBody): SelectedBody =>
  body.kind === 'utf8' ? { kind: 'text', text: body.utf8.toString() } : body;

const BODIES: readonly (string | Uint8Array)[] = [
  '{"a":[1,2.50]}',
  '\ufeff{"a":1}',
  ' \t\n[1]',
  '\u000b[1]',
  '\u00a0[1]',
  '"text"',
  '{"a":',
  '',
  ' ',
  'é😀"\\\u0000\u0001\u2028',
  'AAAA',
  `${'['.repeat(1001)}${']'.repeat(1001)}`,
  Buffer.from('{"a":"é"}', 'latin1'),
  Buffer.from('{"a":"é😀"}', 'utf16le'),
  Buffer.from('\ufeff["é"]', 'utf16le'),
  Buffer.from('\ufeffé', 'utf16le').swap16(),
  Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0x80, 0xc0, 0xaf]),
  Buffer.from('<?xml version="1.0" encoding="koi8-r"?><a>\xc1</a>', 'latin1'),
  Buffer.from([0x81, 0x30, 0x81, 0x30, 0xb0, 0xa1, 0xff, 0x81]),
];
const TYPES = [
  undefined,
  'application/json',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'text/plain',
  'text/plain; charset=utf-8',
  'text/plain; charset=windows-1252',
  'text/plain; charset=gb18030',
  'text/plain; charset=utf-16be',
  'text/plain; charset=klingon',
  'application/xml',
  'image/png',
];

describe.each(['auto', 'json', 'text', 'bytes'] as const)('a large body that is read as %s', (rule) => {
  it.each(TYPES)('is read like a small one: %s', (type) => {
    for (const body of BODIES) {
      // Nobody reads an empty one in steps.
      if (body.length === 0) continue;
      const answer = responseOf(type, body);
      const expected = decodeBody(answer, rule);
      const read = asText(readInSteps(answer, rule).body);
      expect(read).toEqual(
        expected.kind === 'json' ? { ...expected, packed: Buffer.from('packed') } : expected,
      );
      const forJson = readInSteps(answer, rule, 'json').body;
      if (expected.kind === 'text') {
        expect(asValue(forJson)).toEqual(['json', expected.text]);
      } else {
        expect(forJson).toEqual(expected.kind === 'json' ? { ...expected, packed: undefined } : expected);
      }
    }
  });
});

describe('a large body', () => {
  it.each([
    ['JSON', 'application/json', `[${'0,'.repeat(500_000)}0]`],
    [
      'JSON in another charset',
      'application/json; charset=utf-16le',
      Buffer.from('0'.repeat(500_000), 'utf16le'),
    ],
    ['text of another charset', 'text/plain; charset=gb18030', Buffer.alloc(1_000_000, 0xff)],
    ['text that is not UTF-8', 'text/plain', Buffer.alloc(1_000_000, 0xff)],
    ['text', 'text/plain', '\u0001'.repeat(1_000_000)],
  ])('is read in steps: %s', (_, type, body) => {
    expect(readInSteps(responseOf(type, body), 'auto', 'json').count).toBeGreaterThan(20);
  });

  it('is not cut within a character', () => {
    const text = `a${'😀'.repeat(50_000)}`;
    for (const [type, body, expected] of [
      ['text/plain', text, text],
      ['text/plain; charset=utf-16le', Buffer.from(text, 'utf16le'), text],
      ['text/plain; charset=utf-8', Buffer.concat([Buffer.from(text), Buffer.of(0xff)]), `${text}\ufffd`],
    ] as const) {
      const [, value] = asValue(readInSteps(responseOf(type, body), 'auto', 'json').body) as unknown[];
      expect(value === expected).toBe(true);
      const read = asText(readInSteps(responseOf(type, body), 'auto').body);
      expect(read.kind === 'text' && read.text === expected).toBe(true);
    }
  });

  it('is refused before it has grown too large as UTF-8', () => {
    const answer = responseOf('text/plain; charset=gb18030', Buffer.alloc(1_000_000, 0xff));
    const { count, body } = readInSteps(answer, 'auto', pack, 1_000_000);
    expect(body).toEqual({
      kind: 'refused',
      reason: 'the text of the response takes more than 1000000 bytes in UTF-8',
      message: 'The text of the response is too long in UTF-8 for pool.max_response_size',
    });
    expect(count).toBeLessThan(20);
  });

  it('is refused before it has grown too large as JSON', () => {
    const answer = responseOf('text/plain', Buffer.alloc(1_000_000, 1));
    const { count, body } = readInSteps(answer, 'auto', 'json', 1_000_000);
    expect(body).toEqual({
      kind: 'refused',
      reason: 'the text of the response takes more than 2000000 bytes in JSON',
      message: 'The text of the response is too long in JSON for pool.max_response_size',
    });
    expect(count).toBeLessThan(20);
    // A binary format writes no escapes.
    expect(readInSteps(answer, 'auto', pack, 1_000_000).body.kind).toBe('utf8');
    // Escapes of two characters always fit.
    const lines = responseOf('text/plain', '\n'.repeat(1_000_000));
    expect(readInSteps(lines, 'auto', 'json', 1_000_000).body.kind).toBe('json');
  });

  it.each([
    ['unencodable', /a lone surrogate/],
    ['too_many_values', /too many values/],
  ] as const)('is refused if it cannot be packed: %s', (why, message) => {
    function* refuse(): ReturnType<PackJson> {
      yield;
      return why;
    }
    const { body } = readInSteps(responseOf('application/json', '[]'), 'auto', refuse);
    expect(body).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) });
  });
});

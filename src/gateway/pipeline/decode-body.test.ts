import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../../test/support/answer-headers.js';
import { decodeBody } from './decode-body.js';

const json = (text: string) => ({ kind: 'json', json: Buffer.from(text) });
const decode = (type: string | undefined, body: string | Uint8Array) =>
  decodeBody({
    status: 200,
    headers: answerHeaders({ 'content-type': type }),
    body: Buffer.from(body),
  });

describe('JSON', () => {
  it.each([
    ['application/json'],
    ['Application/JSON; charset=utf-8'],
    ['application/problem+json'],
    ['application/vnd.api+json'],
    ['text/json'],
    [undefined],
    [''],
  ])('of type %s stays text', (type) => {
    expect(decode(type, '{"a": 9007199254740993}')).toEqual(json('{"a": 9007199254740993}'));
  });
  it('may be any JSON value', () => {
    expect(decode('application/json', '"x"')).toEqual(json('"x"'));
    expect(decode('application/json', ' null ')).toEqual(json(' null '));
  });
  it('that does not parse is text', () => {
    expect(decode('application/json', '{"a":')).toEqual({ kind: 'text', text: '{"a":' });
    expect(decode(undefined, 'plain')).toEqual({ kind: 'text', text: 'plain' });
    expect(decode('application/json', '  ')).toEqual({ kind: 'text', text: '  ' });
  });
  it('loses its byte order mark', () => {
    expect(decode('application/json', '\ufeff[1]')).toEqual(json('[1]'));
  });
  it('has U+FFFD where its bytes are no text', () => {
    const bytes = Buffer.concat([Buffer.from('"a'), Buffer.from([0xff, 0xfe]), Buffer.from('b"')]);
    expect(decode('application/json', bytes)).toEqual(json('"a\ufffd\ufffdb"'));
  });
  it('is refused where it nests too deeply', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(decode('application/json', nested(1_000))).toMatchObject({ kind: 'json' });
    expect(decode('application/json', nested(1_001))).toMatchObject({ kind: 'refused' });
    expect(decode('application/json', nested(200_000))).toMatchObject({ kind: 'refused' });
  });
});

describe('other text', () => {
  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/xml',
    'image/svg+xml',
    'application/javascript',
    'application/x-www-form-urlencoded',
  ])('of type %s is text', (type) => {
    expect(decode(type, 'héllo')).toEqual({ kind: 'text', text: 'héllo' });
  });
  it('is JSON where it looks and parses like JSON', () => {
    expect(decode('text/plain', ' {"a":1}')).toEqual(json(' {"a":1}'));
    expect(decode('text/plain', '[1,')).toEqual({ kind: 'text', text: '[1,' });
    expect(decode('text/plain', '12')).toEqual({ kind: 'text', text: '12' });
  });
  it('honours its charset, and takes UTF-8 for one that nobody knows', () => {
    expect(decode('text/plain; charset=ISO-8859-1', Buffer.from([0xe9]))).toEqual({
      kind: 'text',
      text: 'é',
    });
    expect(decode('text/plain; charset="utf-16le"', Buffer.from('é', 'utf16le'))).toEqual({
      kind: 'text',
      text: 'é',
    });
    expect(decode('text/plain; charset=klingon', 'é')).toEqual({ kind: 'text', text: 'é' });
  });
});

it('leaves anything else as bytes', () => {
  for (const type of ['application/octet-stream', 'image/png', 'application/pdf', 'nonsense']) {
    expect(decode(type, '{"a":1}')).toEqual({ kind: 'bytes', bytes: Buffer.from('{"a":1}') });
  }
});

it('takes no body at all for an empty text, whatever its type', () => {
  for (const type of ['application/json', 'image/png', undefined]) {
    expect(decode(type, '')).toEqual({ kind: 'text', text: '' });
  }
});

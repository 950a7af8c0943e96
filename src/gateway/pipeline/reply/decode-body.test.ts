import { describe, expect, it } from 'vitest';
import { headerFields } from '../../../../test/support/header-fields.js';
import { type DecodeRule, decodeBody } from './decode-body.js';

const json = (text: string) => ({ kind: 'json', json: Buffer.from(text) });
const decode = (type: string | undefined, body: string | Uint8Array, rule?: DecodeRule) =>
  decodeBody({ status: 200, headers: headerFields({ 'content-type': type }), body: Buffer.from(body) }, rule);

describe('a body of JSON', () => {
  it.each([
    ['application/json'],
    ['Application/JSON; charset=utf-8'],
    ['application/problem+json'],
    ['application/vnd.api+json'],
    ['text/json'],
    ['text/x-json'],
    ['application/x-json'],
    ['application/x-amz-json-1.1'],
    ['application/vnd.a+b+json'],
    ['application/graphql-response+json'],
    ['application/json+protobuf'],
    ['application/hal+json;profile="https://example.com/json;x"'],
    ['application/json, charset=utf-8'],
    ['application/json,application/json'],
    ['application/json charset=utf-8'],
    ['application/json;;charset=utf-8'],
    ['application/json; charset="utf-8"'],
    ["application/json; charset='utf-8'"],
    ['application/json; charset=utf8mb4'],
    ['application/json; charset=UTF_8'],
    ['application/json; charset=klingon'],
    ['application/json; charset='],
    ['; charset=utf-8'],
    ['json'],
    [undefined],
    [''],
  ])('stays text with the type %s', (type) => {
    expect(decode(type, '{"a": 9007199254740993}')).toEqual(json('{"a": 9007199254740993}'));
  });
  it('may be any JSON value', () => {
    expect(decode('application/json', '"x"')).toEqual(json('"x"'));
    expect(decode('application/json', ' null ')).toEqual(json(' null '));
  });
  it('is text if it does not parse', () => {
    expect(decode('application/json', '{"a":')).toEqual({ kind: 'text', text: '{"a":' });
    expect(decode(undefined, 'plain')).toEqual({ kind: 'text', text: 'plain' });
    expect(decode('application/json', '  ')).toEqual({ kind: 'text', text: '  ' });
  });
  it('loses its byte order mark', () => {
    expect(decode('application/json', '\ufeff[1]')).toEqual(json('[1]'));
  });
  it.each(['us-ascii', 'ISO-8859-1', 'latin1', 'windows-1252', 'cp1252', 'latin-1'])(
    'is UTF-8 if it is valid UTF-8, although its charset is %s',
    (charset) => {
      expect(decode(`application/json; charset=${charset}`, '["é"]')).toEqual(json('["é"]'));
      expect(decode(`application/json; charset=${charset}`, Buffer.from('["\xe9"]', 'latin1'))).toEqual(
        json('["é"]'),
      );
    },
  );
  it.each([
    undefined,
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=utf-16',
  ])('is UTF-16 with the type %s if its byte order mark says so', (type) => {
    const little = Buffer.from('\ufeff["é"]', 'utf16le');
    expect(decode(type, little)).toEqual(json('["é"]'));
    expect(decode(type, Buffer.from(little).swap16())).toEqual(json('["é"]'));
  });
  it('has U+FFFD in place of bytes that are not text', () => {
    const bytes = Buffer.concat([Buffer.from('"a'), Buffer.from([0xff, 0xfe]), Buffer.from('b"')]);
    expect(decode('application/json', bytes)).toEqual(json('"a\ufffd\ufffdb"'));
  });
  it('is refused if it nests too deeply', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(decode('application/json', nested(1_000))).toMatchObject({ kind: 'json' });
    expect(decode('application/json', nested(1_001))).toMatchObject({ kind: 'refused' });
    expect(decode('application/json', nested(200_000))).toMatchObject({ kind: 'refused' });
  });
});

describe('a body of other text', () => {
  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/xml',
    'image/svg+xml',
    'application/javascript',
    'application/x-www-form-urlencoded',
    'application/x-ndjson',
    'application/jsonl',
    'application/json-seq',
    'application/geo+json-seq',
    'application/vnd.yaml',
    'application/graphql',
    'application/jwt',
    'text',
    'text/plain, text/html',
    'text/plain charset=utf-8',
  ])('is text with the type %s', (type) => {
    expect(decode(type, 'héllo')).toEqual({ kind: 'text', text: 'héllo' });
  });
  it('is JSON if it looks and parses like JSON', () => {
    expect(decode('text/plain', ' {"a":1}')).toEqual(json(' {"a":1}'));
    expect(decode('text/plain', '[1,')).toEqual({ kind: 'text', text: '[1,' });
    expect(decode('text/plain', '12')).toEqual({ kind: 'text', text: '12' });
    expect(decode('application/x-ndjson', '{"a":1}\n')).toEqual(json('{"a":1}\n'));
    expect(decode('application/x-ndjson', '{"a":1}\n{"a":2}\n')).toEqual({
      kind: 'text',
      text: '{"a":1}\n{"a":2}\n',
    });
  });
  it.each([
    ['windows-1251', [0xef, 0xf0], 'пр'],
    ['win-1251', [0xef, 0xf0], 'пр'],
    ['cp1251', [0xef, 0xf0], 'пр'],
    ['windows1251', [0xef, 0xf0], 'пр'],
    ['koi8r', [0xd0, 0xd2], 'пр'],
    ['ISO_8859_1', [0xe9], 'é'],
    ['8859_1', [0xe9], 'é'],
    ['latin1', [0xe9], 'é'],
    ['latin9', [0xa4], '€'],
    ['cp932', [0x93, 0xfa], '日'],
    ['utf16', [0xe9, 0x00], 'é'],
  ])('is read in the charset %s, by any of its names', (charset, bytes, text) => {
    expect(decode(`text/plain; charset=${charset}`, Buffer.from(bytes))).toEqual({ kind: 'text', text });
  });
  it('is read in the charset that its XML declaration names, if nothing else names one', () => {
    const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>';
    expect(decode('application/xml', Buffer.from(xml, 'latin1'))).toEqual({ kind: 'text', text: xml });
    expect(decode('application/xml', xml)).toEqual({ kind: 'text', text: xml });
    const wrong = xml.replace('ISO-8859-1', 'UTF-8');
    expect(decode('text/xml; charset=latin1', Buffer.from(wrong, 'latin1'))).toEqual({
      kind: 'text',
      text: wrong,
    });
  });
  it('is read in its charset, or in UTF-8 if the charset is unknown', () => {
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

it('a body of any other type stays bytes', () => {
  for (const type of [
    'application/octet-stream',
    'image/png; charset=utf-8',
    'application/pdf',
    'multipart/mixed; boundary=json',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'nonsense',
  ]) {
    expect(decode(type, '{"a":1}')).toEqual({ kind: 'bytes', bytes: Buffer.from('{"a":1}') });
  }
});

it('a missing body is empty text, whatever its type', () => {
  for (const type of ['application/json', 'image/png', undefined]) {
    expect(decode(type, '')).toEqual({ kind: 'text', text: '' });
  }
});

describe('a body with response.decode', () => {
  const bytes = Buffer.from('{"a":1}');
  it.each(['application/octet-stream', 'text/plain; charset=utf-8', 'application/json', undefined])(
    'is read as response.decode says instead of %s',
    (type) => {
      expect(decode(type, bytes, 'json')).toEqual(json('{"a":1}'));
      expect(decode(type, bytes, 'text')).toEqual({ kind: 'text', text: '{"a":1}' });
      expect(decode(type, bytes, 'bytes')).toEqual({ kind: 'bytes', bytes });
    },
  );
  it('is text with json if it does not parse, and a number if it is 12', () => {
    expect(decode('image/png', 'no', 'json')).toEqual({ kind: 'text', text: 'no' });
    expect(decode('text/plain', '12', 'json')).toEqual(json('12'));
  });
  it('is read in its charset with text', () => {
    expect(decode('application/json; charset=latin1', Buffer.from([0xe9]), 'text')).toEqual({
      kind: 'text',
      text: 'é',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import { allHeaders, firstHeader } from './response-headers.js';

const headers = headerFields({
  'Content-Type': 'text/plain',
  'set-cookie': ['a=1', 'b=2'],
  'X-Rate-Limit_1': '7',
  'X-NAME': 'M\xfcller',
  'x-empty': '',
});

describe('a header field of a response', () => {
  it.each([
    ['content-type', 'text/plain'],
    ['set-cookie', 'a=1'],
    ['x-rate-limit_1', '7'],
    ['x-empty', ''],
  ])('is found whatever its case: %s', (name, value) => {
    expect(firstHeader(headers, name)).toBe(value);
  });
  it.each([
    [
      'UTF-8',
      Buffer.from('attachment; filename="Zürich 請求書.pdf"'),
      'attachment; filename="Zürich 請求書.pdf"',
    ],
    ['Latin-1 if it is not valid UTF-8', Buffer.from('Z\xfcrich', 'latin1'), 'Zürich'],
    ['Latin-1 if only a part of it is valid UTF-8', Buffer.from('\xc3\xa9 \xe9', 'latin1'), 'Ã© é'],
  ])('is read as %s', (_, octets, text) => {
    expect(firstHeader([Buffer.from('x-name'), octets], 'x-name')).toBe(text);
    expect(allHeaders([Buffer.from('x-name'), octets], 'x-name')).toEqual([text]);
  });
  it.each(['content-typ', 'content-types', 'content_type', 'x-rate-limit\x7f1', 'etag', '__proto__'])(
    'is not found by another name: %j',
    (name) => {
      expect(firstHeader(headers, name)).toBeUndefined();
      expect(allHeaders(headers, name)).toEqual([]);
    },
  );
  it('has both values if it occurs twice', () => {
    expect(allHeaders(headers, 'set-cookie')).toEqual(['a=1', 'b=2']);
  });
});

it('a character of a header name matches no other character', () => {
  // Setting the bit that makes letters small makes some other signs of a name alike too: ^ and ~, M
  // and -.
  const tokens = "!#$%&'*+-.^_`|~0189AMZamz";
  for (const sent of tokens) {
    for (const wanted of tokens.toLowerCase()) {
      const found = firstHeader(headerFields({ [sent]: 'x' }), wanted) !== undefined;
      expect([sent, wanted, found]).toEqual([sent, wanted, sent.toLowerCase() === wanted]);
    }
  }
});

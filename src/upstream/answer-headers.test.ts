import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../test/support/answer-headers.js';
import { allHeaders, firstHeader } from './answer-headers.js';

const headers = answerHeaders({
  'Content-Type': 'text/plain',
  'set-cookie': ['a=1', 'b=2'],
  'X-Rate-Limit_1': '7',
  'X-NAME': 'M\xfcller',
  'x-empty': '',
});

describe('a field of an answer', () => {
  it.each([
    ['content-type', 'text/plain'],
    ['set-cookie', 'a=1'],
    ['x-rate-limit_1', '7'],
    ['x-empty', ''],
  ])('%s is found whatever the case of its letters', (name, value) => {
    expect(firstHeader(headers, name)).toBe(value);
  });
  it('is read as Latin-1', () => {
    expect(firstHeader(headers, 'x-name')).toBe('Müller');
  });
  it.each(['content-typ', 'content-types', 'content_type', 'x-rate-limit\x7f1', 'etag', '__proto__'])(
    '%j is another name',
    (name) => {
      expect(firstHeader(headers, name)).toBeUndefined();
      expect(allHeaders(headers, name)).toEqual([]);
    },
  );
  it('that came twice has both values', () => {
    expect(allHeaders(headers, 'set-cookie')).toEqual(['a=1', 'b=2']);
  });
});

it('no sign of a name stands for another', () => {
  // Setting the bit that makes letters small makes some other signs of a name alike too: ^ and ~, M and -.
  const tokens = "!#$%&'*+-.^_`|~0189AMZamz";
  for (const sent of tokens) {
    for (const wanted of tokens.toLowerCase()) {
      const found = firstHeader(answerHeaders({ [sent]: 'x' }), wanted) !== undefined;
      expect([sent, wanted, found]).toEqual([sent, wanted, sent.toLowerCase() === wanted]);
    }
  }
});

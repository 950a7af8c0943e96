import { describe, expect, it } from 'vitest';
import { compile, header, headersOf } from '../../../../test/support/compile-request.js';

describe('headers', () => {
  const build = (...lines: string[]) => compile('get_invoice', lines);
  it('replaces a default header by its name in any case', () => {
    const request = build()({ id: '1', _headers: { ACCEPT: 'text/csv' } });
    expect(header(request.headers, 'accept')).toEqual(['text/csv']);
  });
  it.each(['text/xml', '{{type}}'])(
    'has a configured Accept of %s once, whatever the caller gives',
    (accept) => {
      const request = build(`+headers.accept = ${accept}`)({
        id: '1',
        type: 'text/xml',
        _headers: { Accept: 'a/b' },
      });
      expect(header(request.headers, 'accept')).toEqual(['text/xml']);
    },
  );
  it('has a constant Accept where the default would be', () => {
    const names = (...lines: string[]) =>
      headersOf(build(...lines)({ id: '1' }).headers).map(([name]) => name);
    expect(names('+headers.X-A = a', '+headers.Accept = text/xml')).toEqual(names('+headers.X-A = a'));
  });
  it('takes text, numbers, booleans and lists', () => {
    const request = build()({ id: '1', _headers: { 'X-A': 1, 'X-B': true, 'X-C': ['c', 2], 'X-D': 'é' } });
    expect(headersOf(request.headers).filter(([name]) => name.startsWith('X-'))).toEqual([
      ['X-A', '1'],
      ['X-B', 'true'],
      ['X-C', 'c'],
      ['X-C', '2'],
      ['X-D', 'é'],
    ]);
  });
  it('refuses a variable that would split the header', () => {
    expect(() => build('+headers.X-Plan = {{plan}}')({ id: '1', plan: 'a\r\nb' })).toThrow(/X-Plan/);
  });
  it('encodes cookies so that no value can start another cookie', () => {
    const request = build(
      '+cookies.sid = {{sid}}',
      '+cookies.lang = en',
      '+cookies.none = {{none}}',
    )({
      id: '1',
      sid: 'a; admin=1%é',
      _headers: { Cookie: 'sid=evil' },
    });
    expect(header(request.headers, 'cookie')).toEqual(['sid=a%3B%20admin=1%25%C3%A9; lang=en']);
  });
  it.each([['+cookies.sid = {{sid}}'], ['+cookies.sid = s-{{sid}}']])(
    'refuses a cookie with U+0000: %s',
    (line) => {
      expect(() => build(line)({ id: '1', sid: '\0QUJD' })).toThrow(
        /^Cookie sid contains the character U\+0000/,
      );
    },
  );
});

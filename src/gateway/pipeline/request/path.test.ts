import { describe, expect, it } from 'vitest';
import { compile } from '../../../../test/support/compile-request.js';

describe('path', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['a/b.c/..d', 'a%2Fb.c%2F..d'],
    ['...', '...'],
    ['%2e%2e', '%252e%252e'],
    ['a\\b', 'a%5Cb'],
    ['ü', '%C3%BC'],
    [' ', '%20'],
    ['a\r\nHost: evil', 'a%0D%0AHost%3A%20evil'],
    [7, '7'],
    [true, 'true'],
    [9007199254740993n, '9007199254740993'],
    ['{{realm}}', '%7B%7Brealm%7D%7D'],
  ])('sends %s as the one segment %s', (id, segment) => {
    expect(compile('get_invoice')({ id }).path).toBe(`/api/invoices/${segment}`);
  });
  it.each([
    ['.', /must not be/],
    ['..', /must not be/],
    ['../../etc', /must not contain "\." or "\.\." between slashes/],
    ['%2e%2e%2fetc', /between slashes/],
    ['..?etc', /between slashes/],
    ['a\\..\\b', /between slashes/],
    ['..;/etc', /between slashes/],
    ['..;', /between slashes/],
    ['', /must not be empty/],
    [null, /must be text/],
    [['a'], /must be text/],
    [{ a: 1 }, /must be text/],
    ['\ud800', /lone surrogate/],
    ['\0QUJD', 'Path variable id contains the character U+0000, which marks bytes in JSON'],
    ['INV\0-1', /U\+0000/],
  ])('refuses %j', (id, message) => {
    expect(() => compile('delete_invoice')({ id })).toThrow(message);
  });
  it('is refused without a variable, which the message names', () => {
    expect(() => compile('get_invoice')({})).toThrow('Missing required path variable: id');
    expect(() => compile('get_invoice')(Object.create({ id: 'inherited' }))).toThrow(
      'Missing required path variable: id',
    );
  });
  it('refuses dot segments that variables make together', () => {
    const path = (path: string) => compile('get_invoice', [`+procedures.get_invoice.path = ${path}`]);
    const two = path('/files/{{a}}{{b}}');
    expect(() => two({ a: 'x%2f%2e%2', b: 'e%2fy' })).toThrow(/together/);
    expect(() => two({ a: 'x/', b: '%2e%2' })).not.toThrow();
    expect(() => path('/files/{{a}}.{{b}}')({ a: 'x%2f', b: '%2fy' })).toThrow(/together/);
    expect(() => path('/files/..{{a}}')({ a: '/y' })).toThrow(/together/);
    expect(path('/files/{{a}}.{{b}}')({ a: 'x/y', b: 'json' }).path).toBe('/api/files/x%2Fy.json');
  });
  it('fills a variable in each place where it occurs, and uses defaults', () => {
    const build = compile('get_invoice', [
      '+procedures.get_invoice.path = /a/{{id}}/{{kind:-all}}/{{id}}.json',
    ]);
    expect(build({ id: 'x' }).path).toBe('/api/a/x/all/x.json');
    expect(build({ id: 'x', kind: 'y' }).path).toBe('/api/a/x/y/x.json');
  });
  it.each([
    ['https://h.example.com', '/p', '/p'],
    ['https://h.example.com/', '/p', '/p'],
    ['https://h.example.com/api/', '/p', '/api/p'],
    ['https://h.example.com/api', '/', '/api/'],
    ['https://h.example.com/api/', '/', '/api/'],
    ['https://h.example.com', '', '/'],
    ['https://h.example.com/api', '', '/api'],
    ['https://h.example.com/api/', '', '/api/'],
    ['https://h.example.com/api?v=1', '', '/api?v=1'],
    ['https://h.example.com/api?v=1', '?a=b', '/api?v=1&a=b'],
    ['https://h.example.com/api?v=1', '/p?a=b', '/api/p?v=1&a=b'],
    ['https://h.example.com/api', '//evil.example.com/x', '/api//evil.example.com/x'],
  ])('joins %s and %s', (base, path, expected) => {
    const build = compile('get_invoice', [`+procedures.get_invoice.path = ${path}`], base);
    expect(build({})).toMatchObject({ origin: 'https://h.example.com', path: expected });
  });
  it('strips the prefix only if it ends at a segment', () => {
    const under = (path: string) =>
      compile('get_invoice', ['+prefix = /billing', `+procedures.get_invoice.path = ${path}`])({}).path;
    expect(under('/billing/invoices')).toBe('/api/invoices');
    expect(under('/billing')).toBe('/api/');
    expect(under('/billings/x')).toBe('/api/billings/x');
    expect(under('/other')).toBe('/api/other');
  });
});

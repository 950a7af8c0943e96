import { describe, expect, it } from 'vitest';
import { compile } from '../../../../test/support/compile-request.js';
import type { Call } from '../call.js';

describe('query', () => {
  const pathOf = (kwargs: Call['kwargs'], ...lines: string[]) =>
    compile('get_invoice', lines)({ id: '1', ...kwargs }).path;
  it('writes scalars as text, repeats the name for each element of a list, and leaves null out', () => {
    expect(pathOf({ a: '', b: 0, c: false, d: null, e: [1, 'x', null, true], f: [] })).toBe(
      '/api/invoices/1?a=&b=0&c=false&e=1&e=x&e=true',
    );
  });
  it('encodes names and values', () => {
    expect(pathOf({ 'a&b=c': 'd e&f=g#h' })).toBe('/api/invoices/1?a%26b%3Dc=d%20e%26f%3Dg%23h');
  });
  it.each([[{ a: 1 }], [[{ a: 1 }]], [[[1]]]])('refuses %j and names the key', (value) => {
    expect(() => pathOf({ filter: value })).toThrow(/"filter"/);
  });
  it.each([
    [{ filter: '\0QUJD' }, 'Query parameter filter'],
    [{ filter: 'a\0' }, 'Query parameter filter'],
    [{ filter: ['a', '\0'] }, 'Query parameter filter'],
    [{ '\0QUJD': 1 }, 'The name of a query parameter'],
    [{ order: '\0QUJD' }, 'Query parameter sort', '+query.sort = {{order}}'],
    [{ order: ['\0QUJD'] }, 'Query parameter sort', '+query.sort = {{order}}'],
    [{ order: '\0QUJD' }, 'Query parameter sort', '+query.sort = by {{order}}'],
  ])('refuses U+0000, which stands for bytes in JSON: %j, %s', (kwargs, what, ...lines: string[]) => {
    expect(() => pathOf(kwargs, ...lines)).toThrow(what);
    expect(() => pathOf(kwargs, ...lines)).toThrow('contains the character U+0000');
  });
  it('puts literal, configured and remaining parameters in this order', () => {
    const lines = [
      '+query.v = 2',
      '+procedures.get_invoice.query.sort = {{order}}',
      '+procedures.get_invoice.path = /i?x=1',
    ];
    expect(compile('get_invoice', lines)({ order: 'asc', rest: 'r' }).path).toBe(
      '/api/i?x=1&v=2&sort=asc&rest=r',
    );
  });
  it('ignores kwargs with the name of a configured parameter', () => {
    const lines = ['+query.v = 2', '+query.w = {{w2}}', '+procedures.get_invoice.path = /i?x=1'];
    expect(compile('get_invoice', lines)({ v: '3', w: '4', x: '5', y: '6' }).path).toBe('/api/i?x=1&v=2&y=6');
  });
  it('has its parameters also on a POST', () => {
    const build = compile('create_invoice', ['+procedures.create_invoice.query.filter[status] = {{status}}']);
    expect(build({ status: 'paid', a: 1 })).toMatchObject({
      path: '/api/invoices?filter%5Bstatus%5D=paid',
      body: '{"a":1}',
    });
  });
});

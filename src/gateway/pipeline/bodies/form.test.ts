import { parse } from 'qs';
import { describe, expect, it } from 'vitest';
import { compile, header } from '../../../../test/support/compile-request.js';
import { encodeForm } from './form.js';

const NESTED = { a: 1, list: ['x', 'y z'], dict: { b: { c: true } }, items: [{ id: 1, tags: ['t'] }] };

describe('a form', () => {
  it('has text, numbers and booleans, and leaves null out', () => {
    expect(encodeForm({ a: 'ü&=+ ', b: 0, c: false, d: null, e: '' }, 'repeat')).toBe(
      'a=%C3%BC%26%3D%2B%20&b=0&c=false&e=',
    );
  });

  it.each([
    ['repeat', 'a=1&a=x%2Cy'],
    ['brackets', 'a%5B%5D=1&a%5B%5D=x%2Cy'],
    ['indices', 'a%5B0%5D=1&a%5B1%5D=x%2Cy'],
    ['comma', 'a=1,x%2Cy'],
  ] as const)('writes a list in the style %s as %s', (style, text) => {
    expect(encodeForm({ a: [1, null, 'x,y'] }, style)).toBe(text);
    expect(encodeForm({ a: [] }, style)).toBe('');
  });

  it.each(['brackets', 'indices'] as const)('is read by qs as it was, in the style %s', (style) => {
    expect(parse(encodeForm(NESTED, style), { depth: 10 })).toEqual({
      a: '1',
      list: ['x', 'y z'],
      dict: { b: { c: 'true' } },
      items: [{ id: '1', tags: ['t'] }],
    });
  });

  it.each([
    ['repeat', { filter: { a: 1 } }, 'query_style = brackets'],
    ['comma', { filter: { a: 1 } }, 'query_style = brackets'],
    ['repeat', { filter: [{ a: 1 }] }, 'must be a list of text, numbers or booleans'],
    ['brackets', { filter: Number.POSITIVE_INFINITY }, 'must be text, a number, a boolean, a list'],
    ['brackets', { filter: new Uint8Array(1) }, 'must be text'],
  ] as const)('in the style %s refuses %j and names the field', (style, fields, message) => {
    expect(() => encodeForm(fields, style)).toThrow(/"filter"/);
    expect(() => encodeForm(fields, style)).toThrow(message);
  });

  it('refuses names that repeat so often that the form would be huge', () => {
    const items = Array.from({ length: 20_000 }, () => 1);
    expect(() => encodeForm({ ['n'.repeat(1_000)]: { items } }, 'brackets')).toThrow('longer than 8 MB');
  });
});

describe('body_encoding = form', () => {
  const lines = ['+body_encoding = form', '+procedures.create_invoice.body.kind = invoice'];
  const build = (kwargs: Record<string, unknown>, ...more: string[]) =>
    compile('create_invoice', [...lines, ...more])(kwargs);

  it('sends the configured fields and the remaining kwargs, with their type', () => {
    const { body, headers } = build({ amount: 25.5, note: 'a b' });
    expect(body).toBe('kind=invoice&amount=25.5&note=a%20b');
    expect(header(headers, 'content-type')).toEqual(['application/x-www-form-urlencoded']);
  });

  it.each(['kind', 'Kind', 'kind[]', ' kind', 'kind[x]'])(
    'ignores the kwarg %j, with which a server could replace a configured field',
    (name) => {
      expect(build({ [name]: 'other', a: 1 }, '+query_style = brackets').body).toBe('kind=invoice&a=1');
    },
  );

  it.each(['_method', '_METHOD', '_method[]'])('refuses %s, which could change the method', (name) => {
    expect(() => build({ [name]: 'DELETE' })).toThrow('it could change the method of the request');
  });

  it.each([
    ['application/x-www-form-urlencoded; charset=UTF-8', undefined],
    ['application/json', 'Content-Type must be a form'],
  ])('with the Content-Type %s of a caller: %s', (type, message) => {
    const call = () => build({ a: 1, _headers: { 'content-type': type } });
    if (message === undefined) expect(header(call().headers, 'content-type')).toEqual([type]);
    else expect(call).toThrow(message);
  });

  it('keeps all digits of a number in the configuration', () => {
    const digits = '+procedures.create_invoice.body.big = 12345678901234567890.10';
    expect(build({}, digits).body).toBe('kind=invoice&big=12345678901234567890.10');
  });
});

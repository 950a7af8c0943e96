import { describe, expect, it } from 'vitest';
import { compile, header } from '../../../../test/support/compile-request.js';

const PROC = '+procedures.create_invoice';
const build = (kwargs: Record<string, unknown>, ...lines: string[]) =>
  compile('create_invoice', [`${PROC}.body = {{data}}`, ...lines])(kwargs);

describe('body_encoding = text', () => {
  it('sends the kwarg as text in UTF-8', () => {
    const { body, headers } = build({ data: 'a,ü\n1,2' }, `${PROC}.body_encoding = text`);
    expect(body).toBe('a,ü\n1,2');
    expect(header(headers, 'content-type')).toEqual(['text/plain; charset=utf-8']);
  });

  it.each([
    [1, '1'],
    [true, 'true'],
    [null, undefined],
  ])('sends %j as %j', (data, body) => {
    expect(build({ data }, `${PROC}.body_encoding = text`).body).toBe(body);
  });

  it.each([[[1]], [{ a: 1 }], [new Uint8Array(1)], ['\0QUJD']])('refuses %j', (data) => {
    expect(() => build({ data }, `${PROC}.body_encoding = text`)).toThrow('The body {{data}} must be text');
  });

  it.each([
    ['text/csv', undefined],
    ['text/csv; charset=utf-8', undefined],
    ['text/csv; charset=utf-7', 'a type of text in UTF-8'],
    ['application/json', 'a type of text in UTF-8'],
  ])('with the Content-Type %s of a caller: %s', (type, message) => {
    const call = () =>
      build({ data: 'x', _headers: { 'Content-Type': type } }, `${PROC}.body_encoding = text`);
    if (message === undefined) expect(header(call().headers, 'content-type')).toEqual([type]);
    else expect(call).toThrow(message);
  });
});

describe('body_encoding = raw', () => {
  it.each([
    ['bytes', new Uint8Array([0, 255]), new Uint8Array([0, 255])],
    ['the text that stands for bytes in JSON', '\0AP8=', Buffer.from([0, 255])],
    ['text', 'ü', 'ü'],
  ])('sends %s as they are', (_, data, body) => {
    const built = build({ data }, `${PROC}.body_encoding = raw`);
    expect(built.body).toEqual(body);
    expect(header(built.headers, 'content-type')).toEqual(['application/octet-stream']);
  });

  it.each([[[1]], [{ a: 1 }]])('refuses %j', (data) => {
    expect(() => build({ data }, `${PROC}.body_encoding = raw`)).toThrow(
      'The body {{data}} must be bytes or text',
    );
  });
});

describe('body_content_type', () => {
  it.each([
    ['json', 'application/merge-patch+json', { data: { a: 1 } }],
    ['text', 'text/csv', { data: 'a,b' }],
    ['raw', 'image/png', { data: new Uint8Array(1) }],
  ])('replaces the type of %s, and callers cannot change it: %s', (encoding, type, kwargs) => {
    const lines = [`${PROC}.body_encoding = ${encoding}`, `${PROC}.body_content_type = ${type}`];
    const built = build({ ...kwargs, _headers: { 'content-type': 'text/html' } }, ...lines);
    expect(header(built.headers, 'content-type')).toEqual([type]);
  });
});

describe('query_style', () => {
  const pathOf = (kwargs: Record<string, unknown>, ...lines: string[]) =>
    compile('get_invoice', lines)({ id: '1', ...kwargs }).path;

  it.each([
    ['repeat', '?a=1&a=2'],
    ['brackets', '?a%5B%5D=1&a%5B%5D=2'],
    ['indices', '?a%5B0%5D=1&a%5B1%5D=2'],
    ['comma', '?a=1,2'],
  ])('%s writes the list of a remaining kwarg and of a template as %s', (style, query) => {
    const lines = [`+query_style = ${style}`];
    expect(pathOf({ a: [1, 2] }, ...lines)).toBe(`/api/invoices/1${query}`);
    expect(pathOf({ ids: [1, 2] }, ...lines, '+query.a = {{ids}}')).toBe(`/api/invoices/1${query}`);
  });

  it('of a procedure takes precedence over that of its service', () => {
    const lines = ['+query_style = comma', '+procedures.get_invoice.query_style = brackets'];
    expect(pathOf({ filter: { status: 'paid' } }, ...lines)).toBe('/api/invoices/1?filter%5Bstatus%5D=paid');
  });

  it('cannot extend a configured parameter', () => {
    const lines = ['+query_style = brackets', '+query.filter[status] = paid'];
    expect(pathOf({ filter: { status: 'open' }, a: 1 }, ...lines)).toBe(
      '/api/invoices/1?filter%5Bstatus%5D=paid&a=1',
    );
  });

  it('keeps within the longest request line', () => {
    const lines = ['+query_style = brackets', '+pool.max_request_line_size = 1KB'];
    expect(() => pathOf({ a: { b: { c: ['x'.repeat(1_000)] } } }, ...lines)).toThrow('max_request_line_size');
  });
});

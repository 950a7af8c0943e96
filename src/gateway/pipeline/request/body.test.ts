import { describe, expect, it } from 'vitest';
import { compile, header } from '../../../../test/support/compile-request.js';
import { parseJson } from '../../../json.js';
import type { Call } from '../call.js';

describe('body', () => {
  const build = (...lines: string[]) =>
    compile(
      'create_invoice',
      lines.map((line) => `+procedures.create_invoice.${line}`),
    );
  it('is empty if no kwarg remains', () => {
    const request = build()({});
    expect(request.body).toBeUndefined();
    expect(header(request.headers, 'content-type')).toEqual([]);
  });
  it('keeps the type of a value that is exactly one variable, and writes mixed text as text', () => {
    const body = build(
      'body.n = {{n}}',
      'body.t = no. {{n}}',
      'body.l = {{l}}',
      'body.c = constant',
      'body.d = {{d:-7}}',
    )({
      n: 5,
      l: [1, { a: null }],
      extra: true,
    }).body;
    expect(body).toBe('{"n":5,"t":"no. 5","l":[1,{"a":null}],"c":"constant","d":7,"extra":true}');
  });
  it('can be one list', () => {
    const whole = build('body = {{items}}');
    expect(whole({ items: [1, 2] }).body).toBe('[1,2]');
    expect(whole({}).body).toBeUndefined();
    expect(() => whole({ items: [], other: 1 })).toThrow(/"other"/);
  });
  it('uses the same name in path and body', () => {
    const update = compile('update_invoice', ['+procedures.update_invoice.body.id = {{id}}']);
    expect(update({ id: 'INV-1', a: 1 })).toMatchObject({
      path: '/api/invoices/INV-1',
      body: '{"id":"INV-1","a":1}',
    });
  });
  it('drops a kwarg with the name of a configured field in another case', () => {
    const body = build('body.tenant = {{caller.authid}}')({ Tenant: 'x', TENANT: 'y', other: 1 }).body;
    expect(body).toBe('{"tenant":"alice","other":1}');
  });
  it('keeps a configured field although a kwarg has its name', () => {
    expect(
      build('body.user = {{caller.authid}}', 'body.plan = {{p}}')({ user: 'mallory', plan: 'gold' }).body,
    ).toBe('{"user":"alice"}');
  });
  it('refuses remaining kwargs if remaining is refuse', () => {
    const strict = build('remaining = refuse', 'body.a = {{a}}');
    expect(strict({ a: 1 }).body).toBe('{"a":1}');
    expect(() => strict({ a: 1, b: 2 })).toThrow(/"b"/);
  });
  it('can be on a GET, and a POST can have its kwargs in the query', () => {
    const get = compile('get_invoice', ['+procedures.get_invoice.remaining = body']);
    expect(get({ id: '1', q: 'x' })).toMatchObject({
      method: 'GET',
      path: '/api/invoices/1',
      body: '{"q":"x"}',
    });
    expect(build('remaining = query')({ q: 'x' })).toMatchObject({
      path: '/api/invoices?q=x',
      body: undefined,
    });
  });
  it('contains big integers and __proto__ exactly', () => {
    const text = '{"big":9007199254740993,"huge":-123456789012345678901234567890,"__proto__":{"admin":true}}';
    const kwargs = parseJson(text) as Call['kwargs'];
    expect(build()(kwargs).body).toBe(text);
    expect(build('body.x = 1')(kwargs).body).toBe(`{"x":1,${text.slice(1)}`);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('constants and defaults of a JSON body', () => {
  const bodyOf = (line: string, kwargs: Call['kwargs'] = {}) =>
    compile('create_invoice', [`+procedures.create_invoice.body.${line}`])(kwargs).body;
  it.each([
    ['x = true', '{"x":true}'],
    ['x = null', '{"x":null}'],
    ['x = 10', '{"x":10}'],
    ['x = -1.50', '{"x":-1.50}'],
    ['x = 1e400', '{"x":1e400}'],
    ['x = 12345678901234567890', '{"x":12345678901234567890}'],
    ['x = [1, "a"]', '{"x":[1, "a"]}'],
    ['x = {"a":{"__proto__":1}}', '{"x":{"a":{"__proto__":1}}}'],
    ['x = "10115"', '{"x":"10115"}'],
    ["x = 'true'", '{"x":"true"}'],
    ['x = 010', '{"x":"010"}'],
    ['x = True', '{"x":"True"}'],
    ['x = order', '{"x":"order"}'],
    ['x =', '{"x":""}'],
    ['x = {{page:-1}}', '{"x":1}'],
    ['x = {{page:-"1"}}', '{"x":"1"}'],
    ['x = {{page:-a}}', '{"x":"a"}'],
    ['x = {{page:-}}', '{"x":""}'],
    ['x = "{{page:-1}}"', '{"x":"1"}'],
    ['x = {{page:-1}}0', '{"x":"10"}'],
    ['x = {{caller.authid:-1}}', '{"x":"alice"}'],
  ])('are written as JSON: %s', (line, body) => {
    expect(bodyOf(line)).toBe(body);
  });
  it('do not change the values of a caller', () => {
    expect(bodyOf('x = {{page:-1}}', { page: 'true' })).toBe('{"x":"true"}');
    expect(bodyOf('x = true', { y: 1 })).toBe('{"x":true,"y":1}');
  });
  it('are the whole body if the body is one variable', () => {
    const build = compile('create_invoice', ['+procedures.create_invoice.body = {{items:-[1, 2]}}']);
    expect(String(build({}).body)).toBe('[1, 2]');
    expect(build({ items: '[]' }).body).toBe('"[]"');
  });
  it('are text outside the body', () => {
    const request = compile('create_invoice', [
      '+headers.X-A = true',
      '+query.a = {{a:-"1"}}',
      '+cookies.a = 1.0',
    ])({});
    expect(request.path).toBe('/api/invoices?a=%221%22');
    expect(header(request.headers, 'x-a')).toEqual(['true']);
    expect(header(request.headers, 'cookie')).toEqual(['a=1.0']);
  });
});

describe('a number that is too large for a double', () => {
  it.each(['{"x":1e400}', '{"x":[{"y":-1e999}]}'])('is refused in a body: %s', (text) => {
    const build = compile('create_invoice');
    expect(() => build(parseJson(text) as Call['kwargs'])).toThrow(/too large/);
    expect(build(parseJson('{"x":null}') as Call['kwargs']).body).toBe('{"x":null}');
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../../../../test/support/compile-request.js';

describe('names that a kwarg may not have', () => {
  it.each([
    ['body', '_method'],
    ['body', '_METHOD'],
    ['body', '_method\0x'],
    ['query', '_method'],
    ['query', '.method'],
    ['query', '_Method[]'],
  ])('refuses in the %s of a POST the name %s, which frameworks read as another method', (place, name) => {
    const post = compile('create_invoice', [`+procedures.create_invoice.remaining = ${place}`]);
    expect(() => post({ a: 1, [name]: 'DELETE' })).toThrow('cannot be given: it could change the method');
    expect(post({ a: 1, _methods: 'x', method: 'y' })).toBeDefined();
  });
  // Rails and Laravel read both into one, and the body's comes first.
  it.each([
    ['tenant', ['+procedures.create_invoice.query.tenant = t1']],
    ['Tenant', ['+procedures.create_invoice.query.tenant = t1']],
    ['tenant\0', ['+procedures.create_invoice.query.tenant = t1']],
    ['tenant', ['+procedures.create_invoice.path = /invoices?tenant=t1']],
  ])('refuses a field of the body that has the name of a query parameter: %j', (name, lines) => {
    const post = compile('create_invoice', lines);
    expect(() => post({ a: 1, [name]: 'other' })).toThrow('the request has a query parameter of that name');
    expect(post({ a: 1, tenants: 'x' }).body).toBe('{"a":1,"tenants":"x"}');
  });
  it('accepts the name of a query parameter for a field that the configuration names', () => {
    const lines = ['query.tenant = t1', 'body.tenant = {{tenant}}'];
    const post = compile(
      'create_invoice',
      lines.map((line) => `+procedures.create_invoice.${line}`),
    );
    expect(post({ tenant: 'other' }).body).toBe('{"tenant":"other"}');
  });
  it('accepts a field _method that the configuration names', () => {
    const post = compile('create_invoice', ['+procedures.create_invoice.body._method = {{_method}}']);
    expect(post({ _method: 'PUT' }).body).toBe('{"_method":"PUT"}');
    const fixed = compile('create_invoice', ['+procedures.create_invoice.body._method = PUT']);
    expect(fixed({ _method: 'DELETE', a: 1 }).body).toBe('{"_method":"PUT","a":1}');
  });
});

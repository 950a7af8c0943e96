import { describe, expect, it } from 'vitest';
import { ownedFields, ownedParameters } from './owned-names.js';

describe('ownedParameters', () => {
  it.each([
    ['tenant', 'tenant'],
    ['tenant', 'TENANT'],
    ['tenant', 'tenant[]'],
    ['tenant', 'tenant[0]'],
    ['tenant', 'tenant[x][y]'],
    ['tenant', ' tenant'],
    ['tenant', 'tenant%5B%5D'],
    ['tenant', '%74enant'],
    ['api.key', 'api_key'],
    ['api_key', 'api.key'],
    ['api_key', 'api key'],
    ['api_key', 'api[key'],
    ['filter[status]', 'filter'],
    ['filter[status]', 'filter[status][]'],
    ['filter[status]', 'filter[]'],
    ['filter[status]', 'Filter[Status]'],
    ['ids[]', 'ids'],
    ['ids[]', 'ids[7]'],
    ['filter[a][b]', 'filter[a]x[b]'],
    ['filter[[a]', 'filter[[a][[['],
  ])('treats the configured %j and %j as the same name', (configured, name) => {
    expect(ownedParameters(['other', configured])(name)).toBe(true);
  });
  it.each([
    ['tenant', 'tenants'],
    ['tenant', 'the_tenant'],
    ['tenant', 'x[tenant]'],
    ['filter[status]', 'filter[page]'],
    ['filter[status]', 'filters'],
    ['api_key', 'api-key'],
    ['a', ''],
    ['filter[a][b]', 'filter[a][c]'],
    ['filter[a]', 'filter[[a]'],
  ])('treats the configured %j and %j as different names', (configured, name) => {
    expect(ownedParameters([configured])(name)).toBe(false);
  });
});

describe('ownedFields', () => {
  it('does not fold a name that is longer than all configured names', () => {
    const name = new Proxy(Object('x'.repeat(9)), {
      get: (text, key) => {
        if (key === 'indexOf') return () => -1;
        return key === 'length' ? text.length : expect.unreachable(String(key));
      },
    });
    expect(ownedFields(['tenant', 'straße'])(name)).toBe(false);
  });
  it.each([
    ['tenant', 'Tenant'],
    ['tenantKey', 'TENANTKEY'],
    ['key', '\u212aey'],
    ['status', '\u017ftatus'],
    ['tenant', 'tenant\0'],
    ['tenant', 'Tenant\0 and more'],
  ])('treats the configured %j and %j as the same name', (configured, name) => {
    expect(ownedFields([configured])(name)).toBe(true);
  });
  it('leaves other names to the caller', () => {
    const isOwned = ownedFields(['tenant', '__proto__']);
    for (const name of ['tenant_', 'tenants', 'constructor']) expect(isOwned(name)).toBe(false);
    expect(isOwned('__proto__')).toBe(true);
  });
});

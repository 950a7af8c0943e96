import { describe, expect, it } from 'vitest';
import { ValueError } from '../types/value-error.js';
import { GATEWAY_SCOPES, TOP_SCOPES } from './scopes.js';
import { SERVICE_KEYS } from './service.js';
import { type KeyTable, matchKey, type SingleSpec, settingNameOf } from './spec.js';

const CONTEXT = { directory: '/', readFile: () => '' };
const SCOPES = [...GATEWAY_SCOPES, ...TOP_SCOPES];

const SINGLES: [string, SingleSpec][] = SCOPES.flatMap((scope) =>
  Object.entries(scope.keys as KeyTable).flatMap(([key, spec]): [string, SingleSpec][] => {
    if ('record' in spec) {
      return Object.entries(spec.record.keys).map(([field, single]) => [
        `${scope.path} ${key}.${field}`,
        single,
      ]);
    }
    return 'family' in spec ? [] : [[`${scope.path} ${key}`, spec]];
  }),
);

describe('the schema', () => {
  it.each(SINGLES)('has a valid default and example for %s', (_, spec) => {
    expect(() => spec.type.parse(spec.example, CONTEXT)).not.toThrow();
    if (spec.default !== undefined) expect(() => spec.type.parse(spec.default ?? '', CONTEXT)).not.toThrow();
  });

  it.each(SINGLES)('has at most one kind of default for %s', (_, spec) => {
    const kinds = [spec.default !== undefined, spec.required === true, spec.computed !== undefined];
    expect(kinds.filter(Boolean).length).toBeLessThanOrEqual(1);
  });

  it('says only for templates where their variables come from', () => {
    for (const { keys } of SCOPES) {
      for (const [key, spec] of Object.entries(keys as KeyTable)) {
        if ('record' in spec) continue;
        const example = 'family' in spec ? spec.example.split(' = ')[1] : spec.example;
        const isTemplate = Object.hasOwn(Object(spec.type.parse(example ?? '', CONTEXT)), 'parts');
        expect([key, spec.type.variables !== undefined]).toEqual([key, isTemplate]);
      }
    }
  });

  it('has a valid key and value as the example of each family', () => {
    for (const { keys } of SCOPES) {
      for (const [pattern, spec] of Object.entries(keys as KeyTable)) {
        if (!('family' in spec)) continue;
        const [key = '', value = ''] = spec.example.split(' = ');
        expect(matchKey(keys, key)?.key).toBe(pattern);
        expect(() => spec.type.parse(value, CONTEXT)).not.toThrow(ValueError);
      }
    }
  });
});

describe('matchKey', () => {
  it.each([
    ['timeout', { key: 'timeout' }],
    ['headers.X-A', { key: 'headers.$name', name: 'X-A' }],
    ['query.filter[a].b', { key: 'query.$name', name: 'filter[a].b' }],
    ['auth.fetch.body.body_encoding', { key: 'auth.fetch.body.$key', name: 'body_encoding' }],
    ['auth.fetch.body_encoding', { key: 'auth.fetch.body_encoding' }],
    ['auth.vars.a.b', { key: 'auth.vars.$var', name: 'a.b' }],
    ['auth.secrets.vars.a.b.field', { key: 'auth.secrets.vars.$var', name: 'a.b', field: 'field' }],
    [
      'auth.secrets.vars.field.transform',
      { key: 'auth.secrets.vars.$var', name: 'field', field: 'transform' },
    ],
  ])('finds the row of %s', (key, wanted) => {
    expect(matchKey(SERVICE_KEYS, key)).toMatchObject(wanted);
  });

  it.each([
    '',
    'timeouts',
    'headers',
    'headers.',
    'headers.$name.',
    'auth',
    'auth.secrets.vars.a',
    'auth.secrets.vars..field',
    'auth.secrets.vars.field',
    '__proto__',
    'constructor',
  ])('finds no row for %j', (key) => {
    const found = matchKey(SERVICE_KEYS, key);
    expect(found === undefined || found.name === '$name.').toBe(true);
  });
});

describe('settingNameOf', () => {
  it('drops the name of a family', () => {
    const spec = SERVICE_KEYS['headers.$name'];
    expect(settingNameOf('headers.$name', spec)).toBe('headers');
    expect(settingNameOf('auth.secrets.vars.$var', SERVICE_KEYS['auth.secrets.vars.$var'])).toBe(
      'auth.secrets.vars',
    );
    expect(settingNameOf('pool.size', SERVICE_KEYS['pool.size'])).toBe('pool.size');
  });
});

import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PageScope, pageAtCursor, resolvePage } from './page-target.js';

const SCOPE: PageScope = {
  origins: ['https://api.example.com', 'https://shop.example.com'],
  path: '/v1/',
  ownedQuery: ['key'],
  maxLength: 200,
};
const at = (reference: string, scope = SCOPE) => {
  const target = resolvePage(reference, '/v1/items?page=1', scope);
  return target.kind === 'page' ? target.path : target.kind;
};

describe('a page', () => {
  it.each([
    ['https://api.example.com/v1/items?page=2', '/v1/items?page=2'],
    ['https://shop.example.com/v1/items', '/v1/items'],
    ['https://API.example.com:443/v1/items', '/v1/items'],
    ['/v1/items?page=2#top', '/v1/items?page=2'],
    ['?page=2', '/v1/items?page=2'],
    ['items/2', '/v1/items/2'],
    ['other', '/v1/other'],
    ['./../v1/items', '/v1/items'],
    ['//api.example.com/v1/x', '/v1/x'],
    ['', '/v1/items?page=1'],
    ['/v1', '/v1'],
    ['/v1/ü x', '/v1/%C3%BC%20x'],
    ['/v1/a%2Fb', '/v1/a%2Fb'],
    ['/v1/x?key=secret&page=2&k%65y=a', '/v1/x?page=2'],
    ['/v1/x?a=%2E%2E/%2e', '/v1/x?a=%2E%2E/%2e'],
  ])('at %s has the path %s', (reference, path) => {
    expect(at(reference)).toBe(path);
  });

  it.each([
    'http://api.example.com/v1/items',
    'https://api.example.com:8443/v1/items',
    'https://evil.example.com/v1/items',
    'https://api.example.com.evil.example/v1/',
    'https://api.example.com@evil.example/v1/',
    'https://user:pass@api.example.com/v1/items',
    '//evil.example.com/v1/items',
    '\\\\evil.example.com/v1/items',
    'javascript:alert(1)',
    'file:///v1/items',
    'data:,x',
    'https://',
    '/v2/items',
    '/v1x/items',
    '/',
    '../items',
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/.%2E/admin',
    '/v1/..%2fadmin',
    '/v1/..%5cadmin',
    '/v1/%252e%252e%252fadmin',
    '/v1/x/..;/..;/admin',
    '/v1/%c0%ae%c0%ae/admin',
    `/v1/${'x'.repeat(300)}`,
  ])('at %s is outside', (reference) => {
    expect(at(reference)).toBe('outside');
  });

  it('never leaves base_url, whatever names it', () => {
    const piece = constantFrom(
      ...[
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2e',
        '%2F',
        '%5c',
        '%25',
        ';',
        '?',
        '#',
        '@',
        ':',
        '\t',
        '\n',
        ' ',
        'é',
      ],
      ...[
        'v1',
        'v2',
        'api.example.com',
        'evil.example',
        'https:',
        'http:',
        'a',
        '=',
        '&',
        '\u0000',
        '\ud800',
      ],
    );
    const reference = array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    assert(
      property(reference, (text) => {
        const target = resolvePage(text, '/v1/items?page=1', SCOPE);
        if (target.kind === 'outside') return;
        const { path } = target;
        expect(path).toMatch(/^\/v1(?:[/?]|$)[\x21-\x7e]*$/);
        // A URL parser at the API reads it as it is.
        const url = new URL(`https://api.example.com${path}`);
        expect(url.host + url.pathname + url.search).toBe(`api.example.com${path}`);
        expect(decodeURI(url.pathname).split('/')).not.toContain('..');
      }),
      { numRuns: 20_000 },
    );
  });

  it('of an API without a path may be anywhere, but not look like a host', () => {
    const scope = { ...SCOPE, path: '/' };
    expect([at('/x', scope), at('/', scope), at('https://api.example.com//evil/x', scope)]).toEqual([
      '/x',
      '/',
      'outside',
    ]);
  });

  it.each([
    ['/v1/items?page=1&size=5', 'page', '2', '/v1/items?size=5&page=2'],
    ['/v1/items', 'a[]', 'x=&/ü?', '/v1/items?a%5B%5D=x%3D%26%2F%C3%BC%3F'],
    ['/v1/items?p%61ge=1&page=2', 'page', '3', '/v1/items?page=3'],
    ['/v1/items?a=1?b', 'c', '1', '/v1/items?a=1?b&c=1'],
  ])('of %s with the cursor %s=%s is %s', (first, parameter, cursor, path) => {
    expect(pageAtCursor(first, parameter, cursor, SCOPE)).toEqual({ kind: 'page', path });
  });
});

import { describe, expect, it } from 'vitest';
import { parseTemplate } from './template.js';
import { checkUrl, literalPath, origin, pathTemplate, routerUrl, urlTemplate } from './url-types.js';
import { ValueError } from './value-error.js';

const CONTEXT = { directory: '/', readFile: () => '' };
const VARS: Readonly<Record<string, string>> = {
  tenant: 'acme',
  port: '8443',
  space: 'a b',
  up: '..',
  at: 'u@h',
  percent: '50%',
};

const check = (url: string) =>
  checkUrl(parseTemplate(url), ({ name, defaultText }) => VARS[name] ?? defaultText);

describe('checkUrl', () => {
  it.each([
    'https://example.com',
    'http://example.com/a/b?c=d',
    'HTTPS://example.com',
    'https://{{tenant}}.example.com:{{port}}/{{tenant}}',
    'http://[::1]:8080/',
    'http://localhost:{{other:-80}}',
    'https://example.com/a@b:c',
    'https://example.com/a?b=../c',
    'https://{{secret}}.example.com:{{secret}}/{{secret}}',
    '{{secret}}/path',
    'https://example.com/.well-known/...',
    'https://example.com/%7Ea/%2e{{tenant}}?b=%25',
  ])('accepts %j', (url) => {
    expect(() => check(url)).not.toThrow();
  });

  it.each([
    ['ftp://example.com', /begins with http/],
    ['{{tenant}}/path', /begins with http/],
    ['//example.com', /begins with http/],
    ['https:/example.com', /begins with http/],
    ['https:///example.com', /not a valid URL/],
    ['https://?a', /not a valid URL/],
    ['https://example.com:99999', /not a valid URL/],
    ['https://[::1', /not a valid URL/],
    ['https://user@example.com', /user:password@/],
    ['https://{{at}}/', /user:password@/],
    ['https://example.com/#a', /fragment/],
    ['https://{{space}}.example.com', /only ASCII/],
    ['https://example.com\\a', /only ASCII/],
    ['https://example.com/ä', /only ASCII/],
    ['https://example.com/a/../b', /segments/],
    ['https://example.com/%2E%2e', /segments/],
    ['https://example.com/{{up}}/a', /segments/],
    ['https://example.com/{{percent}}/a', /two hex digits/],
    ['https://example.com/{{half:-%2}}e', /segments/],
  ])('refuses %j', (url, message) => {
    expect(() => check(url)).toThrow(message);
    expect(() => check(url)).toThrow(ValueError);
  });

  it('does not check the value of a secret', () => {
    expect(() => checkUrl(parseTemplate('https://{{secret}}@example.com'), () => undefined)).toThrow(/user/);
  });
});

describe('urlTemplate', () => {
  it('refuses a URL that no value of a variable could make valid', () => {
    for (const url of [
      '',
      'https://a b',
      'https://a/#{{b}}',
      'https://a\\{{b}}',
      'https://{{',
      'https://a/%2{{b}}',
    ]) {
      expect(() => urlTemplate.parse(url, CONTEXT)).toThrow(ValueError);
    }
  });
});

describe('pathTemplate', () => {
  it.each([
    '/',
    '/invoices/{{id}}',
    '/a/{{b}}.{{c}}/{{b:-x}}',
    '/a%20b/...',
    '/a?b=c&d=../..',
    '/a//b',
    '/{{caller.authid}}/{{realm}}',
    '/.{{a}}',
    '/{{a}}.',
    '/%2e{{a}}',
    '/100%25/%c3%BC?a=%26',
    '',
    '?a=b',
  ])('accepts %j', (path) => {
    expect(pathTemplate.parse(path, CONTEXT).source).toBe(path);
  });

  it.each([
    ['invoices', /begin with/],
    ['{{path}}', /begin with/],
    ['https://example.com/', /begin with/],
    ['/a#b', /fragment/],
    ['/a\\b', /only ASCII/],
    ['/a b', /only ASCII/],
    ['/a\tb', /only ASCII/],
    ['/é', /only ASCII/],
    ['/.', /segments/],
    ['/a/..', /segments/],
    ['/a/%2e%2E/b', /segments/],
    ['/a/.%2e?b', /segments/],
    ['/x/%2{{a}}', /two hex digits/],
    ['/x/%{{a}}', /two hex digits/],
    ['/{{a}}%2', /two hex digits/],
    ['/50%', /two hex digits/],
    ['/%zz/a', /two hex digits/],
    ['/a?b=50%', /two hex digits/],
    ['/a?b={{c}}', /query\.name/],
    ['/{{a}}?b={{c}}', /query\.name/],
    ['/{{a:-}}', /default of a path variable/],
    ['/{{a:-..}}', /default of a path variable/],
    ['/{{caller.ip}}', /caller/],
    ['/{{', /closed/],
  ])('refuses %j', (path, message) => {
    expect(() => pathTemplate.parse(path, CONTEXT)).toThrow(message);
  });
});

describe('literalPath, routerUrl and origin', () => {
  it.each(['/', '/ws', '/a/b.c'])('a path may be %j', (path) => {
    expect(literalPath.parse(path, CONTEXT)).toBe(path);
  });

  it.each(['', 'ws', '/a?b', '/a#b', '/a b', '/{{a}}', '/../a', '/é', '/%2', '/%zz'])(
    'a path must not be %j',
    (path) => {
      expect(() => literalPath.parse(path, CONTEXT)).toThrow(ValueError);
    },
  );

  it('a router URL is for WebSocket or RawSocket and has no credentials', () => {
    for (const url of ['ws://a/ws', 'wss://a:1/', 'rs://a:8082', 'rss://a:1', 'rs://unix:/a.sock']) {
      expect(routerUrl.parse(url, CONTEXT)).toBe(url);
    }
    for (const url of [
      'http://a',
      'ws://',
      'ws://u:p@a',
      'wss://a/#b',
      'rs://a',
      'rs://unix:a',
      'a',
      '',
      'ws:///ws',
      'ws://a:0',
      'rs://a:1/b',
      `rs://unix:/${'a'.repeat(107)}`,
    ]) {
      expect(() => routerUrl.parse(url, CONTEXT)).toThrow(ValueError);
    }
  });

  it.each([
    'capacitor://localhost',
    'ionic://localhost:8100',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0d8c1a0e-1b2c-4d5e-8f90-123456789abc',
    'app://-',
    'file://',
    'null',
  ])('an origin may be the origin of an app such as %s', (value) => {
    expect(origin.parse(value, CONTEXT)).toBe(value);
    const [scheme = '', ...rest] = value.split(':');
    expect(origin.parse([scheme.toUpperCase(), ...rest].join(':'), CONTEXT)).toBe(value);
  });

  it('an origin has no path and is converted to its normal form', () => {
    expect(origin.parse('https://App.example.com:443', CONTEXT)).toBe('https://app.example.com');
    expect(origin.parse('*', CONTEXT)).toBe('*');
    for (const value of [
      '',
      'app.example.com',
      'https://a/b',
      'ftp://a',
      'https://u@a',
      'app:',
      'app://',
      'a b://c',
      'capacitor://localhost/index.html',
      'javascript:alert(1)',
    ]) {
      expect(() => origin.parse(value, CONTEXT)).toThrow(ValueError);
    }
  });
});

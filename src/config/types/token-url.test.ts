import { describe, expect, it } from 'vitest';
import { parseTemplate } from './template.js';
import { checkTokenUrl, hasEncodedSlash } from './token-url.js';
import { ValueError } from './value-error.js';

const VARS: Readonly<Record<string, string>> = {
  base: 'https://idp.example.com',
  scheme: 'https',
  host: 'idp.example.com',
  local: 'münchen.example.com',
  port: '8443',
  hostAndPort: 'idp.example.com:8443',
  hostAndPath: 'idp.example.com/token',
  ipv6: '[::1]',
  tenant: 'acme',
  words: 'two words & more',
  path: 'oauth/token',
  up: '..',
};
const lookUp = (name: string) => VARS[name];
const check = (url: string) => checkTokenUrl(parseTemplate(url), lookUp);

describe('the URL of a token request', () => {
  it.each([
    'https://idp.example.com/token',
    'HTTP://{{host}}:{{port}}/{{tenant}}/token?a={{words}}&b={{path}}',
    'https://{{local}}/',
    'https://{{secret}}.example.com:{{secret}}/{{secret}}',
    'https://idp.example.com/{{words}}/{{path}}',
  ])('may be %s', (url) => {
    expect(() => check(url)).not.toThrow();
  });

  it.each([
    '{{base}}/token',
    '{{secret}}/token',
    '{{scheme}}://idp.example.com/token',
    'http{{secret}}://idp.example.com/token',
    'https:{{secret}}',
    'ftp://{{host}}/',
    '//{{host}}/',
  ])('must begin with a literal scheme, not %s', (url) => {
    expect(() => check(url)).toThrow(ValueError);
    expect(() => check(url)).toThrow(/begin with a literal http.* percent-encoded/);
  });

  it.each([
    'https://{{hostAndPort}}/token',
    'https://{{hostAndPath}}',
    'https://{{tenant}}.{{hostAndPort}}?a={{words}}',
    'http://{{ipv6}}/{{tenant}}',
  ])('must not have a port or path in a variable, as in %s', (url) => {
    expect(() => check(url)).toThrow(ValueError);
    expect(() => check(url)).toThrow(/percent-encoded .* does not separate a port or a path/);
  });

  it.each([
    ['ftp://idp.example.com/', /begins with http/],
    ['https://{{host}}:99999/{{words}}', /host, port or brackets/],
    ['https://{{host}}/{{words}}/{{up}}', /segments/],
    ['https://user@{{host}}/', /user:password@/],
  ])('must follow the rules of every URL, unlike %s', (url, message) => {
    expect(() => check(url)).toThrow(message);
  });
});

describe('a slash in a variable', () => {
  it.each([
    ['https://a/{{path}}', true],
    ['https://a/{{tenant}}/{{path}}?b={{tenant}}', true],
    ['https://a/{{tenant}}?b={{path}}', false],
    ['https://a/{{secret}}', false],
  ])('is found if it is in the path of %s: %s', (url, expected) => {
    expect(hasEncodedSlash(parseTemplate(url), lookUp)).toBe(expected);
  });
});

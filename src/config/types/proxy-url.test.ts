import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseProxyUrl, proxyOrigin, proxySetting } from './proxy-url.js';
import { ValueError } from './value-error.js';

const CONTEXT = { directory: '/', readFile: () => '' };
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the URL of a proxy', () => {
  it.each([
    ['http://proxy.example.com:3128', 'http://proxy.example.com:3128', undefined],
    ['http://proxy.example.com:3128/', 'http://proxy.example.com:3128', undefined],
    ['HTTP://Proxy.Example.com:3128', 'http://proxy.example.com:3128', undefined],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128', undefined],
    ['proxy.example.com', 'http://proxy.example.com:1080', undefined],
    ['http://proxy.example.com:80', 'http://proxy.example.com:80', undefined],
    ['https://proxy.example.com', 'https://proxy.example.com:443', undefined],
    ['http://[2001:db8::1]:3128', 'http://[2001:db8::1]:3128', undefined],
    ['http://[2001:db8::1]', 'http://[2001:db8::1]:1080', undefined],
    ['http://user:pass@proxy.example.com:3128', 'http://proxy.example.com:3128', basic('user:pass')],
    ['user:pass@proxy.example.com:3128', 'http://proxy.example.com:3128', basic('user:pass')],
    ['http://user@proxy.example.com:3128', 'http://proxy.example.com:3128', basic('user:')],
    ['http://u%40x:p%3A%C3%A9@proxy.example.com:80', 'http://proxy.example.com:80', basic('u@x:p:é')],
    ['http://user:1080@proxy.example.com', 'http://proxy.example.com:1080', basic('user:1080')],
  ])('%s is understood', (text, shown, authorization) => {
    const proxy = parseProxyUrl(text);
    expect(proxyOrigin(proxy)).toBe(shown);
    expect(proxy.authorization).toBe(authorization);
  });

  it.each([
    'socks5://proxy.example.com:1080',
    'ftp://proxy.example.com',
    'http://',
    'http://proxy.example.com:3128/path',
    'http://proxy.example.com:3128?a=1',
    'http://proxy.example.com:3128#a',
    'http://proxy.example.com:99999',
    'http://proxy.example.com:0',
    'http://bob:p/w@proxy.example.com:3128',
    'http://bob:p w@proxy.example.com:3128',
    'http://bob:%ff@proxy.example.com:3128',
  ])('%s is refused, and not quoted', (text) => {
    expect(() => parseProxyUrl(text)).toThrow(ValueError);
    expect(() => parseProxyUrl(text)).not.toThrow(/bob/);
  });

  it('cannot be printed', () => {
    const proxy = parseProxyUrl('http://user:pass@proxy.example.com:3128');
    expect(JSON.stringify(proxy)).toBe('"[secret]"');
    expect(inspect(proxy, { showHidden: true })).toBe('[secret]');
  });

  it('is none for the word none only', () => {
    expect(proxySetting.parse('None', CONTEXT)).toBe('none');
    expect(() => proxySetting.parse('', CONTEXT)).toThrow(/none/);
  });
});

import { describe, expect, it } from 'vitest';
import { IPV6_FORMS, NO_PROXY_FORMS, PORT_FORMS } from '../../../test/support/no-proxy-forms.js';
import { isLoopback, readNoProxy } from './no-proxy.js';

describe('no_proxy', () => {
  it.each([...NO_PROXY_FORMS, ...IPV6_FORMS, ...PORT_FORMS])(
    '%s, for %s: direct is %s',
    (list, url, isDirect) => {
      const { hostname, port } = new URL(url);
      expect(readNoProxy(list)(hostname, port === '' ? 80 : Number(port))).toBe(isDirect);
    },
  );

  it('excludes nothing if it is not set', () => {
    expect(readNoProxy(undefined)('billing.example.com', 443)).toBe(false);
  });
});

describe('a loopback address', () => {
  it.each([
    ['localhost', true],
    ['localhost.', true],
    ['LOCALHOST', true],
    ['api.localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['[::1]', true],
    ['[::ffff:7f00:1]', true],
    ['[::ffff:a00:1]', false],
    ['128.0.0.1', false],
    ['localhost.example.com', false],
    ['mylocalhost', false],
    ['127.example.com', false],
  ])('%s: %s', (hostname, expected) => {
    expect(isLoopback(hostname)).toBe(expected);
  });
});

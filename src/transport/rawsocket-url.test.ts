import { describe, expect, it } from 'vitest';
import { configuredUrls } from './addresses.js';
import { parseRawSocketUrl } from './rawsocket-url.js';

describe('a RawSocket URL', () => {
  it.each([
    ['rs://127.0.0.1:18082', { kind: 'tcp', host: '127.0.0.1', port: 18_082, hasTls: false }],
    ['rss://router.example.com:443', { kind: 'tcp', host: 'router.example.com', port: 443, hasTls: true }],
    ['rss://[::1]:9000/', { kind: 'tcp', host: '::1', port: 9000, hasTls: true }],
    ['rs://user:secret@host:80', { kind: 'tcp', host: 'host', port: 80, hasTls: false }],
    ['rs://unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock', hasTls: false }],
    ['rs://unix:x.sock', { kind: 'unix', path: 'x.sock', hasTls: false }],
    ['unix:/run/x.sock', { kind: 'unix', path: '/run/x.sock', hasTls: false }],
    ['unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock', hasTls: false }],
    ['unix:run/%20.sock', { kind: 'unix', path: 'run/%20.sock', hasTls: false }],
  ])('is valid: %s', (url, place) => {
    expect(parseRawSocketUrl(url)).toEqual(place);
  });

  it.each([
    '',
    'rs:',
    'rs://',
    'rs://host',
    'rss://:80',
    'ws://host:80',
    'rs://unix:',
    'unix:',
    'rs//host:80',
    'host:80',
  ])('is invalid: %j', (url) => {
    expect(parseRawSocketUrl(url)).toBeUndefined();
  });
});

describe('the URLs of a listener', () => {
  const listener = { kind: 'tcp', host: '127.0.0.1', port: 8080, path: '/ws' };
  it.each([
    [{ protocol: 'websocket' } as const, false, ['ws://127.0.0.1:8080/ws']],
    [{ protocol: 'rawsocket' } as const, false, ['rs://127.0.0.1:8080']],
    [{ protocol: 'universal' } as const, true, ['wss://127.0.0.1:8080/ws', 'rss://127.0.0.1:8080']],
    [{ protocol: 'universal', host: '::1' } as const, false, ['ws://[::1]:8080/ws', 'rs://[::1]:8080']],
    [{ protocol: 'rawsocket', socket: '/run/x.sock' } as const, false, ['rs://unix:/run/x.sock']],
  ])('follow from %j, with TLS %j: %j', (more, hasTls, urls) => {
    expect(configuredUrls({ ...listener, ...more }, hasTls)).toEqual(urls);
  });
});

import { expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import type { HttpMethod, HttpRequest } from './http-message.js';
import { redirectedRequest } from './redirect.js';

const request = (method: HttpMethod): HttpRequest => ({
  method,
  origin: 'https://api.example.com',
  path: '/v1/a/b?x=1',
  headers: ['Accept', 'application/json'],
  body: undefined,
});
const response = (status: number, location?: string | string[]) => ({
  status,
  headers: headerFields({ location }),
  body: Buffer.alloc(0),
});

it.each([
  ['/v2/c?y=2', '/v2/c?y=2'],
  ['c', '/v1/a/c'],
  ['https://api.example.com/z', '/z'],
  ['?only=query', '/v1/a/b?only=query'],
  [Buffer.from('/café').toString('latin1'), '/caf%C3%A9'],
])('a redirect to %s is followed within the origin', (location, path) => {
  expect(redirectedRequest(request('GET'), response(302, location))?.path).toBe(path);
  expect(redirectedRequest(request('HEAD'), response(308, location))?.path).toBe(path);
});

it.each([
  ['another host', 'https://evil.example.com/'],
  ['another host without a scheme', '//evil.example.com/'],
  ['another port', 'https://api.example.com:8443/'],
  ['another scheme', 'http://api.example.com/'],
  ['a user in the URL', 'https://user:pass@api.example.com/'],
  ['something that is not a URL', 'https://['],
])('a redirect is not followed to %s', (_, location) => {
  expect(redirectedRequest(request('GET'), response(302, location))).toBeUndefined();
});

it('only GET and HEAD follow redirects, and only those with a Location', () => {
  expect(redirectedRequest(request('POST'), response(307, '/z'))).toBeUndefined();
  expect(redirectedRequest(request('GET'), response(304, '/z'))).toBeUndefined();
  expect(redirectedRequest(request('GET'), response(300, '/z'))).toBeUndefined();
  expect(redirectedRequest(request('GET'), response(302))).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { headerFields } from '../../../../test/support/header-fields.js';
import type { HttpRequest } from '../../../upstream/http-message.js';
import { compileAnswer } from './answer-rule.js';
import { mapResponse } from './reply.js';
import { statusUri } from './status-uris.js';

const request: HttpRequest = { method: 'GET', origin: 'http://a', path: '/', headers: [], body: undefined };
const answer = (status: number, headers = {}) => ({
  status,
  headers: headerFields(headers),
  body: Buffer.from(''),
});
const rule = {
  errors: new Map([[409, 'com.billing.conflict']]),
  responseHeaders: [],
  decode: 'auto',
  answer: compileAnswer({
    success: ['2xx'],
    error_path: undefined,
    'errors.body': undefined,
    'response.path': undefined,
    'response.path_optional': false,
  }),
} as const;

it.each([
  [400, 'wamp.error.invalid_argument'],
  [422, 'wamp.error.invalid_argument'],
  [401, 'wamp.error.not_authorized'],
  [403, 'wamp.error.not_authorized'],
  [404, 'wamp.error.not_found'],
  [408, 'wamp.error.timeout'],
  [504, 'wamp.error.timeout'],
  [429, 'bondy.error.too_many_requests'],
  [402, 'bondy.error.invalid_argument'],
  [418, 'bondy.error.invalid_argument'],
  [499, 'bondy.error.invalid_argument'],
  [500, 'bondy.error.bad_gateway'],
  [502, 'bondy.error.bad_gateway'],
  [503, 'bondy.error.bad_gateway'],
  [599, 'bondy.error.bad_gateway'],
  [300, 'bondy.error.bad_gateway'],
  [304, 'bondy.error.bad_gateway'],
  [999, 'bondy.error.bad_gateway'],
])('the status %i becomes %s', (status, uri) => {
  expect(statusUri(status, new Map())).toBe(uri);
});

describe('a response', () => {
  it.each([200, 201, 204, 206, 299])('with status %i is a result', (status) => {
    expect(mapResponse(request, answer(status), rule)).toMatchObject({ kind: 'result', status });
  });
  it('becomes an error with the URI that the configuration gives to its status', () => {
    expect(mapResponse(request, answer(409), rule)).toMatchObject({
      kind: 'error',
      uri: 'com.billing.conflict',
    });
  });
  it('with status 304 is a result only if the caller sent a condition', () => {
    for (const name of ['If-None-Match', 'if-modified-since']) {
      const conditional = { ...request, headers: [name, 'x'] };
      expect(mapResponse(conditional, answer(304), rule)).toEqual({
        kind: 'result',
        status: 304,
        body: { kind: 'text', text: '' },
        headers: undefined,
      });
    }
    expect(mapResponse(request, answer(304), rule)).toMatchObject({
      kind: 'error',
      uri: 'bondy.error.bad_gateway',
    });
  });
  it('passes on the configured headers that it has', () => {
    const wanted = { ...rule, responseHeaders: ['etag', 'set-cookie', 'x-multi', 'x-absent'] };
    const headers = { etag: '"1"', 'set-cookie': 'a=b', 'x-multi': ['1', '2'], other: 'o' };
    expect(mapResponse(request, answer(404, headers), wanted)).toMatchObject({
      headers: { etag: '"1"', 'set-cookie': ['a=b'], 'x-multi': '1, 2' },
    });
  });
});

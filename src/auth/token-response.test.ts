import { describe, expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import type { UpstreamOutcome } from '../upstream/upstream.js';
import type { TokenPlace } from './token-place.js';
import { readTokenResponse } from './token-response.js';

const NOW = Date.UTC(2026, 0, 1);
const rule = {
  token: { kind: 'path', path: ['data', 'access_token'] } as TokenPlace,
  errorPath: ['error'],
  expiresInPath: ['data', 'expires_in'],
  isPlaceable: (token: string) => !token.includes('\n'),
};

function read(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  token: TokenPlace = rule.token,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const outcome: UpstreamOutcome = {
    kind: 'response',
    attempts: 1,
    response: { status, headers: headerFields(headers), body: Buffer.from(text) },
  };
  return readTokenResponse(outcome, { ...rule, token }, NOW);
}
const data = { access_token: 't0k', expires_in: '60' };
const none = (cause: string, credentialsRefused = false) => ({
  kind: 'none',
  cause: `the token endpoint: ${cause}`,
  credentialsRefused,
  retryAfterMs: undefined,
});

describe('a token response', () => {
  it('contains a token and the value at expires_in_path', () => {
    expect(read(200, { data })).toEqual({
      kind: 'token',
      token: 't0k',
      expiresIn: '60',
      answeredAt: NOW,
    });
    expect(read(200, { data: { access_token: 't' } })).toMatchObject({ expiresIn: undefined });
  });

  it.each([
    ['', 'its response is not JSON'],
    ['<html>', 'its response is not JSON'],
    [[], 'no text at token_path'],
    [null, 'no text at token_path'],
    [{ access_token: 'top level' }, 'no text at token_path'],
    [{ data: { access_token: '' } }, 'no text at token_path'],
    [{ data: { access_token: 12 } }, 'no text at token_path'],
    [{ data: { access_token: ['t'] } }, 'no text at token_path'],
    [{ data: 'access_token' }, 'no text at token_path'],
    [{ data: { access_token: 'a\nb' } }, 'its token is not allowed where auth.apply puts it'],
  ])('has no token if its body is %j', (body, cause) => {
    expect(read(200, body)).toEqual(none(cause));
  });

  it.each([200, 201, 202, 203, 206, 299])('can have the status %i', (status) => {
    expect(read(status, { data })).toMatchObject({ kind: 'token', token: 't0k' });
  });
  it.each([199, 300, 304, 404])('has no token if its status is %i', (status) => {
    expect(read(status, { data })).toMatchObject({ kind: 'none' });
  });

  it('can contain lists, with numbers in token_path as indexes', () => {
    const place: TokenPlace = { kind: 'path', path: ['0', 'token'] };
    expect(read(200, [{ token: 'x' }], {}, place)).toMatchObject({ token: 'x' });
    expect(read(200, [], {}, place)).toEqual(none('no text at token_path'));
  });

  it('can be a form if its content type says so', () => {
    const place: TokenPlace = { kind: 'path', path: ['access_token'] };
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    expect(read(200, 'access_token=a%2Bb&scope=\n', form, place)).toMatchObject({ token: 'a+b' });
    expect(read(200, 'access_token=a', {}, place)).toEqual(none('its response is not JSON'));
  });

  describe('whose whole body is the token', () => {
    const whole: TokenPlace = { kind: 'path', path: [] };
    it.each([
      ['tok', 'tok'],
      ['"tok"', 'tok'],
      ['\ufefftok\r\n', 'tok'],
      [' "tok" \n', 'tok'],
      ['12345678901234567890', '12345678901234567890'],
      ['e30.e30.', 'e30.e30.'],
    ])('can be %j', (body, token) => {
      expect(read(200, body, {}, whole)).toMatchObject({ kind: 'token', token, expiresIn: undefined });
    });
    it.each(['', '""', '\n', 'null', 'true', '{}', '["tok"]', '{"tok"', '<html>no</html>', 'two\nlines'])(
      'cannot be %j',
      (body) => {
        expect(read(200, body, {}, whole)).toEqual(none('its whole body is not a token'));
      },
    );
  });

  describe('with its token in a header', () => {
    const header: TokenPlace = { kind: 'header', name: 'x-subject-token' };
    it('needs no body', () => {
      expect(read(204, '', { 'X-Subject-Token': 'tok' }, header)).toMatchObject({ token: 'tok' });
    });
    it('can have the lifetime in its body', () => {
      expect(read(201, { data }, { 'X-Subject-Token': 'tok' }, header)).toMatchObject({ expiresIn: '60' });
    });
    it('has no token without the header, or with an error in its body', () => {
      const missing = none('it does not have the header that token_header names');
      expect(read(200, { data }, {}, header)).toEqual(missing);
      expect(read(200, { data }, { 'x-subject-token': '' }, header)).toEqual(missing);
      expect(read(200, { error: 'no' }, { 'x-subject-token': 'tok' }, header)).toEqual(
        none('a value at error_path'),
      );
    });
  });

  it('takes answeredAt from Date if Date is at most a day off', () => {
    const at = (date: string) => read(200, { data }, { date });
    expect(at('Thu, 01 Jan 2026 01:00:00 GMT')).toMatchObject({ answeredAt: NOW + 3_600_000 });
    expect(at('Thu, 01 Jan 1970 00:00:00 GMT')).toMatchObject({ answeredAt: NOW });
    expect(at('today')).toMatchObject({ answeredAt: NOW });
  });

  it('ignores inherited properties', () => {
    const inherited = { ...rule, token: { kind: 'path', path: ['constructor', 'name'] } as const };
    const outcome: UpstreamOutcome = {
      kind: 'response',
      attempts: 1,
      response: { status: 200, headers: [], body: Buffer.from('{}') },
    };
    expect(readTokenResponse(outcome, inherited, NOW)).toMatchObject({ kind: 'none' });
  });

  it.each([302, 500, 503])('has the status %i as its cause', (status) => {
    expect(read(status, { data })).toEqual(none(`status ${status}`));
  });

  it.each([undefined, null, false, '', 0])('is no error with %j at error_path', (error) => {
    expect(read(200, { data, error })).toMatchObject({ kind: 'token' });
  });
  it.each(['oops', {}, [], true, 40001])('is an error with %j at error_path', (error) => {
    expect(read(200, { data, error })).toEqual(none('a value at error_path'));
  });

  it.each([
    [401, 'anything', 'status 401'],
    [403, {}, 'status 403'],
    [400, { error: 'invalid_client' }, 'status 400 invalid_client'],
    [400, { error: 'unauthorized_client' }, 'status 400 unauthorized_client'],
    [200, { error: 'invalid_client' }, 'a value at error_path (invalid_client)'],
  ])('refuses the credentials with status %i and body %j', (status, body, cause) => {
    expect(read(status, body)).toEqual(none(cause, true));
  });
  it('reads error_path with any status', () => {
    const elsewhere = { ...rule, errorPath: ['err', 'code'] };
    const body = Buffer.from('{"err":{"code":"invalid_client"}}');
    const outcome: UpstreamOutcome = {
      kind: 'response',
      attempts: 1,
      response: { status: 400, headers: [], body },
    };
    expect(readTokenResponse(outcome, elsewhere, NOW)).toEqual(none('status 400 invalid_client', true));
  });
  it('is logged with its error code of RFC 6749, and with nothing else of its content', () => {
    expect(read(400, { error: 'invalid_scope' })).toEqual(none('status 400 invalid_scope'));
    expect(read(400, { error: 'S3CR3T' })).toEqual(none('status 400'));
    expect(read(200, { error: 'S3CR3T' })).toEqual(none('a value at error_path'));
  });

  it('can have a Retry-After', () => {
    expect(read(200, {}, { 'retry-after': '5' })).toMatchObject({ kind: 'none', retryAfterMs: 5_000 });
    expect(read(429, '', { 'retry-after': '120' })).toMatchObject({ retryAfterMs: 120_000 });
    expect(read(503, '', { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' })).toMatchObject({
      retryAfterMs: 60_000,
    });
  });

  it('has a cause for the log if it never arrived', () => {
    const failed: UpstreamOutcome = {
      kind: 'failure',
      code: 'connect',
      sent: false,
      permanent: false,
      detail: 'connect ECONNREFUSED',
      attempts: 1,
    };
    expect(readTokenResponse(failed, rule, NOW)).toEqual(none('connect, connect ECONNREFUSED'));
    expect(readTokenResponse({ kind: 'canceled', attempts: 1 }, rule, NOW)).toMatchObject({ kind: 'none' });
  });
});

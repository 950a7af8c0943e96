import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../test/support/answer-headers.js';
import type { UpstreamOutcome } from '../upstream/upstream.js';
import { readTokenAnswer } from './token-answer.js';

const NOW = Date.UTC(2026, 0, 1);
const rule = {
  tokenPath: ['data', 'access_token'],
  errorPath: ['error'],
  expiresInPath: ['data', 'expires_in'],
  isPlaceable: (token: string) => !token.includes('\n'),
};

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const outcome: UpstreamOutcome = {
    kind: 'answer',
    attempts: 1,
    answer: { status, headers: answerHeaders(headers), body: Buffer.from(text) },
  };
  return readTokenAnswer(outcome, rule, NOW);
}
const data = { access_token: 't0k', expires_in: '60' };
const none = (cause: string, credentialsRefused = false) => ({
  kind: 'none',
  cause: `the token endpoint: ${cause}`,
  credentialsRefused,
  retryAfterMs: undefined,
});

describe('a token answer', () => {
  it('brings a token, and how long it lives as it stands there', () => {
    expect(read(200, { data })).toEqual({ kind: 'token', token: 't0k', expiresIn: '60' });
    expect(read(200, { data: { access_token: 't' } })).toMatchObject({ expiresIn: undefined });
  });

  it.each([
    ['', 'its answer is not JSON'],
    ['<html>', 'its answer is not JSON'],
    [[], 'no text at token_path'],
    [null, 'no text at token_path'],
    [{ access_token: 'top level' }, 'no text at token_path'],
    [{ data: { access_token: '' } }, 'no text at token_path'],
    [{ data: { access_token: 12 } }, 'no text at token_path'],
    [{ data: { access_token: ['t'] } }, 'no text at token_path'],
    [{ data: 'access_token' }, 'no text at token_path'],
    [{ data: { access_token: 'a\nb' } }, 'its token cannot stand where auth.apply says'],
  ])('%j brings none', (body, cause) => {
    expect(read(200, body)).toEqual(none(cause));
  });

  it('looks at own members only', () => {
    const inherited = { ...rule, tokenPath: ['constructor', 'name'] };
    const outcome: UpstreamOutcome = {
      kind: 'answer',
      attempts: 1,
      answer: { status: 200, headers: [], body: Buffer.from('{}') },
    };
    expect(readTokenAnswer(outcome, inherited, NOW)).toMatchObject({ kind: 'none' });
  });

  it.each([201, 204, 302, 500, 503])('with status %i brings none', (status) => {
    expect(read(status, { data })).toEqual(none(`status ${status}`));
  });

  it.each([undefined, null, false, '', 0])('%j at error_path is no error', (error) => {
    expect(read(200, { data, error })).toMatchObject({ kind: 'token' });
  });
  it.each(['oops', {}, [], true, 40001])('%j at error_path is one', (error) => {
    expect(read(200, { data, error })).toEqual(none('a value at error_path'));
  });

  it.each([
    [401, 'anything', 'status 401'],
    [403, {}, 'status 403'],
    [400, { error: 'invalid_client' }, 'status 400 invalid_client'],
    [400, { error: 'unauthorized_client' }, 'status 400 unauthorized_client'],
    [200, { error: 'invalid_client' }, 'a value at error_path (invalid_client)'],
  ])('%i %j refuses the credentials', (status, body, cause) => {
    expect(read(status, body)).toEqual(none(cause, true));
  });
  it('is looked for an error at error_path too, whatever its status', () => {
    const elsewhere = { ...rule, errorPath: ['err', 'code'] };
    const body = Buffer.from('{"err":{"code":"invalid_client"}}');
    const outcome: UpstreamOutcome = {
      kind: 'answer',
      attempts: 1,
      answer: { status: 400, headers: [], body },
    };
    expect(readTokenAnswer(outcome, elsewhere, NOW)).toEqual(none('status 400 invalid_client', true));
  });
  it('names a code of RFC 6749, and nothing else that the provider says', () => {
    expect(read(400, { error: 'invalid_scope' })).toEqual(none('status 400 invalid_scope'));
    expect(read(400, { error: 'S3CR3T' })).toEqual(none('status 400'));
    expect(read(200, { error: 'S3CR3T' })).toEqual(none('a value at error_path'));
  });

  it('says when the provider wants to be asked again', () => {
    expect(read(200, {}, { 'retry-after': '5' })).toMatchObject({ kind: 'none', retryAfterMs: 5_000 });
    expect(read(429, '', { 'retry-after': '120' })).toMatchObject({ retryAfterMs: 120_000 });
    expect(read(503, '', { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' })).toMatchObject({
      retryAfterMs: 60_000,
    });
  });

  it('that never came has a cause too', () => {
    const failed: UpstreamOutcome = {
      kind: 'failure',
      code: 'connect',
      sent: false,
      permanent: false,
      detail: 'connect ECONNREFUSED',
      attempts: 1,
    };
    expect(readTokenAnswer(failed, rule, NOW)).toEqual(none('connect, connect ECONNREFUSED'));
    expect(readTokenAnswer({ kind: 'canceled', attempts: 1 }, rule, NOW)).toMatchObject({ kind: 'none' });
  });
});

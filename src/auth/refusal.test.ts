import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../test/support/answer-headers.js';
import { judgeRefusal } from './refusal.js';

const answer = (status: number, challenge?: string | string[]) => ({
  status,
  headers: answerHeaders({ 'www-authenticate': challenge }),
  body: Buffer.alloc(0),
});

describe('what an answer says of the token', () => {
  it.each([
    [200, undefined, 'none'],
    [401, undefined, 'token'],
    [403, undefined, 'none'],
    [403, 'Bearer realm="x", error="invalid_token", error_description="expired"', 'token'],
    [403, 'Bearer error=invalid_token', 'token'],
    [403, ['Basic realm="x"', 'Bearer error="invalid_token"'], 'token'],
    [403, 'Bearer error="insufficient_scope"', 'none'],
    [403, 'Bearer error_description="error=invalid_tokens", error="insufficient_scope"', 'none'],
    [404, 'Bearer error="invalid_token"', 'none'],
    [500, undefined, 'none'],
  ])('%i %j: %s', (status, challenge, expected) => {
    expect(judgeRefusal(answer(status, challenge), [401])).toBe(expected);
  });
  it.each([400, 403, 404, 419, 498])(
    'a %i speaks of it perhaps, where auth.refresh_on names it',
    (status) => {
      expect(judgeRefusal(answer(status), [401, status])).toBe('perhaps');
      expect(judgeRefusal(answer(status), [401])).toBe('none');
    },
  );
  it('a plain 403 speaks of it perhaps, where auth.refresh_on names 403', () => {
    expect(judgeRefusal(answer(403), [401, 403])).toBe('perhaps');
  });
});

import { describe, expect, it } from 'vitest';
import { headerFields } from '../../test/support/header-fields.js';
import { judgeRefusal } from './refusal.js';

const response = (status: number, challenge?: string | string[]) => ({
  status,
  headers: headerFields({ 'www-authenticate': challenge }),
  body: Buffer.alloc(0),
});

describe('the verdict on a token', () => {
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
  ])('judges %i with the challenge %j as %s', (status, challenge, expected) => {
    expect(judgeRefusal(response(status, challenge), [401])).toBe(expected);
  });
  it.each([400, 403, 404, 419, 498])(
    'judges %i as `perhaps` if auth.refresh_on contains the status',
    (status) => {
      expect(judgeRefusal(response(status), [401, status])).toBe('perhaps');
      expect(judgeRefusal(response(status), [401])).toBe('none');
    },
  );
  it('judges 403 without a challenge as `perhaps` if auth.refresh_on contains 403', () => {
    expect(judgeRefusal(response(403), [401, 403])).toBe('perhaps');
  });
});

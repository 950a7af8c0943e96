import type { HttpAnswer } from '../upstream/http-message.js';
import { type AnswerHeaders, allHeaders } from '../upstream/response-headers.js';

/** What an answer says of the token that was sent: nothing, that it is no good, or perhaps that. */
export type Refusal = 'none' | 'token' | 'perhaps';

/**
 * Judges an answer by its status, and a 403 by its challenge too: RFC 6750 §3.1 has `invalid_token` for expired and
 * revoked tokens, and some APIs send it with a 403.
 *
 * @param refreshOn `auth.refresh_on`: 401 and others that some APIs refuse a token with, as 403, 419 and 498.
 */
export function judgeRefusal(answer: HttpAnswer, refreshOn: readonly number[]): Refusal {
  if (answer.status === 401) return 'token';
  if (answer.status === 403 && saysInvalidToken(answer.headers)) return 'token';
  return refreshOn.includes(answer.status) ? 'perhaps' : 'none';
}

function saysInvalidToken(headers: AnswerHeaders): boolean {
  return allHeaders(headers, 'www-authenticate').some((challenge) =>
    /(^|[\s,])error\s*=\s*("invalid_token"|invalid_token\b)/i.test(challenge),
  );
}

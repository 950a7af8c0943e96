import type { HttpResponse } from '../upstream/http-message.js';
import { allHeaders, type ResponseHeaders } from '../upstream/response-headers.js';

/** What an answer says of the token that was sent: nothing, that it is no good, or perhaps that. */
export type CredentialVerdict = 'none' | 'token' | 'perhaps';

/**
 * Judges an answer by its status, and a 403 by its challenge too: RFC 6750 §3.1 has `invalid_token` for expired and
 * revoked tokens, and some APIs send it with a 403.
 *
 * @param refreshOn `auth.refresh_on`: 401 and others that some APIs refuse a token with, as 403, 419 and 498.
 */
export function judgeRefusal(answer: HttpResponse, refreshOn: readonly number[]): CredentialVerdict {
  if (answer.status === 401) return 'token';
  if (answer.status === 403 && saysInvalidToken(answer.headers)) return 'token';
  return refreshOn.includes(answer.status) ? 'perhaps' : 'none';
}

function saysInvalidToken(headers: ResponseHeaders): boolean {
  return allHeaders(headers, 'www-authenticate').some((challenge) =>
    /(^|[\s,])error\s*=\s*("invalid_token"|invalid_token\b)/i.test(challenge),
  );
}

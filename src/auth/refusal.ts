import type { HttpResponse } from '../upstream/http-message.js';
import { allHeaders, type ResponseHeaders } from '../upstream/response-headers.js';

/**
 * Whether a response refuses the token: `none` means no, `token` means yes, `perhaps` means
 * unknown.
 */
export type CredentialVerdict = 'none' | 'token' | 'perhaps';

/**
 * Judges a response by its status, and a 403 also by its challenge. RFC 6750 §3.1 defines
 * `invalid_token` for expired and revoked tokens, and some APIs send it with a 403.
 *
 * @param refreshOn `auth.refresh_on`: 401, and further statuses with which some APIs refuse a
 * token, such as 403, 419 and 498
 */
export function judgeRefusal(response: HttpResponse, refreshOn: readonly number[]): CredentialVerdict {
  if (response.status === 401) return 'token';
  if (response.status === 403 && saysInvalidToken(response.headers)) return 'token';
  return refreshOn.includes(response.status) ? 'perhaps' : 'none';
}

function saysInvalidToken(headers: ResponseHeaders): boolean {
  return allHeaders(headers, 'www-authenticate').some((challenge) =>
    /(^|[\s,])error\s*=\s*("invalid_token"|invalid_token\b)/i.test(challenge),
  );
}

import type { HttpRequest, HttpResponse } from '../../../upstream/http-message.js';
import type { CallFailure } from '../call-ends.js';
import type { Sent } from '../send-with-credential.js';

/** How a request ended that the cache needs: sent, or refused without an attempt. */
export type Fetched = Sent | { readonly kind: 'refused'; readonly failure: CallFailure };

/** The response, if there is one. */
export function responseIn(fetched: Fetched): HttpResponse | undefined {
  return fetched.kind === 'sent' && fetched.outcome.kind === 'response'
    ? fetched.outcome.response
    : undefined;
}

/** Errors that a stale response may replace (RFC 5861 §4). */
const ERRORS: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Whether a stored response may replace this outcome. */
export function isError(fetched: Fetched, response: HttpResponse | undefined): boolean {
  if (response !== undefined) return ERRORS.has(response.status);
  if (fetched.kind === 'moved') return false;
  if (fetched.kind === 'unsent') return fetched.reason.code !== 'canceled';
  if (fetched.kind === 'refused') return true;
  // The gateway itself sends too much. The API has not failed.
  return fetched.outcome.kind === 'failure' && fetched.outcome.code !== 'rate_limited';
}

/** Whether a limit of the gateway has refused the request. */
export function isLimited(fetched: Fetched): boolean {
  if (fetched.kind === 'unsent') return fetched.reason.code === 'overload';
  if (fetched.kind !== 'sent' || fetched.outcome.kind !== 'failure') return false;
  return fetched.outcome.code === 'rate_limited' || fetched.outcome.code === 'overload';
}

/** A call that has joined the request of another one has made no attempts of its own. */
export function withAttempts(fetched: Fetched, attempts: number): Fetched {
  switch (fetched.kind) {
    case 'sent':
      return { ...fetched, outcome: { ...fetched.outcome, attempts } };
    case 'unsent':
      return { ...fetched, attempts };
    case 'refused':
    case 'moved':
      return fetched;
  }
}

const NO_REQUEST: HttpRequest = { method: 'GET', origin: '', path: '', headers: [], body: undefined };
/** The call was cancelled while it waited for the request of another one. */
export const CANCELED: Fetched = {
  kind: 'sent',
  request: NO_REQUEST,
  outcome: { kind: 'canceled', attempts: 0 },
};

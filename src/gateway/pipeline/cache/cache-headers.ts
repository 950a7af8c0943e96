import { withAge } from '../../../http-cache/stored-response.js';
import type { HttpResponse } from '../../../upstream/http-message.js';
import type { CacheAnswer } from './cached-calls.js';

/** Adds headers that tell the caller how the cache answered. `now` is in monotonic milliseconds. */
export type CacheHeaders = (answer: CacheAnswer, now: number) => HttpResponse;

/** The name of this cache in Cache-Status (RFC 9211 §2). */
const NAME = 'rpc-gateway';

/**
 * Compiles the headers `age` (RFC 9111 §5.1) and `cache-status` (RFC 9211) of responses. A procedure
 * that passes on neither of them pays nothing.
 *
 * @param wanted `response.headers`
 */
export function compileCacheHeaders(wanted: readonly string[]): CacheHeaders {
  const hasAge = wanted.includes('age');
  const hasStatus = wanted.includes('cache-status');
  if (!hasAge && !hasStatus) return ({ response }) => response;
  return (answer, now) => {
    const { entry } = answer;
    const aged =
      hasAge && entry !== undefined ? withAge(answer.response, now - entry.bornAt) : answer.response;
    if (!hasStatus) return aged;
    const status = Buffer.from(`${NAME}; ${statusOf(answer, now)}`);
    return { ...aged, headers: [...aged.headers, STATUS, status] };
  };
}

const STATUS = Buffer.from('cache-status');

function statusOf({ entry, result }: CacheAnswer, now: number): string {
  switch (result) {
    case 'hit':
    case 'stale': {
      const leftMs = entry === undefined ? 0 : entry.bornAt + entry.lifetimeMs - now;
      return `hit; ttl=${Math.floor(leftMs / 1_000)}`;
    }
    case 'revalidated':
      return 'fwd=stale; fwd-status=304';
    case 'joined':
      return 'fwd=miss; collapsed';
    case 'miss':
      return 'fwd=miss';
    case 'bypass':
      return 'fwd=bypass';
  }
}

import { foldFieldName } from '../../../config/types/http-fields.js';
import type { HttpMethod } from '../../../upstream/http-message.js';
import { requestHeader } from './headers.js';

/** Methods whose requests are safe to send twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<HttpMethod> = new Set<HttpMethod>(['GET', 'HEAD', 'PUT', 'DELETE']);
/**
 * With this header, a caller declares that a POST or PATCH is safe to repeat (IETF draft, Stripe,
 * PayPal …).
 */
const COMMON_HEADER = 'idempotency-key';

/**
 * The headers with the call's idempotency key, and whether the request may be sent more than once.
 */
export interface Keyed {
  readonly headers: readonly string[];
  readonly replayable: boolean;
}

/**
 * Adds the procedure's `idempotency_header` with a new UUID, unless the caller or the configuration
 * sets a value. All attempts of a call have the same key.
 */
export function compileIdempotency(
  method: HttpMethod,
  headerName: string | undefined,
  uuid: () => string,
): (headers: readonly string[]) => Keyed {
  const always = IDEMPOTENT.has(method);
  if (headerName === undefined) {
    return (headers) => ({ headers, replayable: always || hasKey(headers, COMMON_HEADER) });
  }
  const lowerName = headerName.toLowerCase();
  return (headers) =>
    hasKey(headers, lowerName)
      ? { headers, replayable: true }
      : {
          headers: [...headers.filter(isOther(headers, foldFieldName(headerName))), headerName, uuid()],
          replayable: true,
        };
}

/** Whether there is a key. An empty key does not count, because it does not identify the call. */
function hasKey(headers: readonly string[], lowerName: string): boolean {
  const value = requestHeader(headers, lowerName);
  return value !== undefined && value.trim() !== '';
}

/**
 * Drops empty keys and keys with another spelling (`Idempotency_Key`), so that only one key
 * remains.
 */
function isOther(headers: readonly string[], folded: string): (_: string, index: number) => boolean {
  return (_, index) => foldFieldName(headers[index - (index % 2)] as string) !== folded;
}

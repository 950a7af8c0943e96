import type { HttpMethod } from '../../../upstream/http-message.js';
import type { Call } from '../call.js';
import type { BuiltRequest } from './built-request.js';
import type { HeaderBuilder } from './headers.js';
import type { Keyed } from './idempotency.js';

/** What all requests of a procedure have in common. */
export interface RequestFrame {
  readonly method: HttpMethod;
  readonly origin: string;
  /** The Content-Type. For multipart the boundary follows. */
  readonly contentType: string;
  readonly headers: HeaderBuilder;
  readonly idempotency: (headers: readonly string[]) => Keyed;
}

/** What differs from call to call. */
export interface RequestFilling {
  readonly path: string;
  /** Without its `?`. */
  readonly search: string;
  /** Undefined if the request has none. */
  readonly body: BuiltRequest['request']['body'];
  /** Random text for multipart. Otherwise ''. */
  readonly boundary: string;
}

/** Adds the headers, and joins the parts. Throws BadRequest. */
export function completeRequest(
  { method, origin, contentType, headers, idempotency }: RequestFrame,
  call: Call,
  { path, search, body, boundary }: RequestFilling,
): BuiltRequest {
  const built = headers(call, body === undefined ? undefined : contentType + boundary);
  const keyed = idempotency(built.headers);
  return {
    request: {
      method,
      origin,
      path: search === '' ? path : `${path}?${search}`,
      headers: keyed.headers,
      body,
    },
    replayable: keyed.replayable,
    callerTrace: built.callerTrace,
  };
}

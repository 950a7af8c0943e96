import type { CallerTrace } from '../../../observe/tracing.js';
import type { HttpRequest } from '../../../upstream/http-message.js';
import type { IncomingCall } from '../call.js';
import type { SchemaValidators } from '../operation/schema-validators.js';

export interface BuiltRequest {
  readonly request: HttpRequest;
  /** True if it may be sent more than once. */
  readonly replayable: boolean;
  /** The trace context in the caller's `_headers`. The request does not contain it. */
  readonly callerTrace: CallerTrace | undefined;
}

/**
 * Builds the HTTP request of a call. Pure, except for an idempotency key. Throws {@link
 * BadRequest}.
 */
export type RequestBuilder = (call: IncomingCall) => BuiltRequest;

export interface RequestDeps {
  readonly uuid: () => string;
  readonly userAgent: string;
  /** Validates against the document of the service. Default: created when it is needed. */
  readonly validators?: SchemaValidators | undefined;
}

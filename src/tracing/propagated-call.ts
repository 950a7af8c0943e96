import type { CallTrace, RequestTrace, TracedProcedure } from '../observe/tracing.js';
import { newSpanId, type TraceContext, traceHeaders } from './trace-context.js';

/**
 * The trace of a call of which nobody records spans. It only goes on, with a new span ID for each
 * attempt.
 */
export function continueTrace(
  context: TraceContext,
  { adds }: TracedProcedure,
  random: () => number,
): CallTrace {
  return new ContinuedTrace(context, adds, random);
}

/** It is a class for speed, because closures would cost several objects for each call. */
class ContinuedTrace implements CallTrace {
  readonly traceId: string;
  private readonly context: TraceContext;
  private readonly adds: TracedProcedure['adds'];
  private readonly random: () => number;

  constructor(context: TraceContext, adds: TracedProcedure['adds'], random: () => number) {
    this.traceId = context.traceId;
    this.context = context;
    this.adds = adds;
    this.random = random;
  }

  attempt(): RequestTrace {
    return new ContinuedRequest(traceHeaders(this.context, newSpanId(this.random), this.adds));
  }

  tokenRequest(): undefined {}
  cached(): void {}
  responded(): void {}
  failed(): void {}
  replyTooLarge(): void {}
}

class ContinuedRequest implements RequestTrace {
  readonly headers: readonly string[];

  constructor(headers: readonly string[]) {
    this.headers = headers;
  }

  responded(): void {}
  failed(): void {}
}

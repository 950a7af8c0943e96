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
  return {
    traceId: context.traceId,
    attempt: (): RequestTrace => ({
      headers: traceHeaders(context, newSpanId(random), adds),
      responded() {},
      failed() {},
    }),
    tokenRequest: () => undefined,
    responded() {},
    failed() {},
  };
}

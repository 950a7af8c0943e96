/** The trace context of a caller, as WAMP options and as HTTP headers. */
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const PARENT_ID = 'b7ad6b7169203331';
export const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;
export const TRACESTATE = 'acme=t61rcWkgMzE,billing@acme=00f067aa0ba902b7';
export const OPTIONS = { _traceparent: TRACEPARENT, _tracestate: TRACESTATE, _baggage: 'tenant=acme' };

/** A traceparent in its parts. Empty if it is not valid. */
export function partsOf(traceparent: unknown): { traceId?: string; spanId?: string; flags?: string } {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(traceparent)) ?? [];
  return traceId === undefined ? {} : { traceId, spanId: spanId!, flags: flags! };
}

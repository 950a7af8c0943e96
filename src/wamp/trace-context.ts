import type { Dict } from './payload.js';

/**
 * The options in which a caller or publisher passes its trace context (W3C Trace Context, W3C
 * Baggage). WAMP leaves names with an underscore to implementations. Bondy uses these.
 */
export const TRACEPARENT = '_traceparent';
export const TRACESTATE = '_tracestate';
const BAGGAGE = '_baggage';

/**
 * The maximum number of characters of each option. A traceparent of version 00 has 55 characters,
 * and later versions may have more. The other limits are those that W3C asks everybody to accept:
 * 512 for tracestate (Trace Context §3.3.1.5), 8192 for baggage (Baggage §3.3.2).
 */
const MAX_LENGTHS: ReadonlyMap<string, number> = new Map([
  [TRACEPARENT, 256],
  [TRACESTATE, 512],
  [BAGGAGE, 8192],
]);

const UNDERSCORE = '_'.charCodeAt(0);

/**
 * Returns the trace context in the options of a CALL or PUBLISH, for the details of INVOCATION or
 * EVENT. The values are unchanged, and nobody has checked them.
 *
 * Omits values that are no text, or longer than W3C asks for. They are no violation of the
 * protocol: a mistake in a trace must not end a session.
 *
 * @returns undefined if there is no trace context
 */
export function traceContextOf(options: Dict): Dict | undefined {
  let context: Record<string, unknown> | undefined;
  // Most messages have no options, so this loop costs less than three look-ups.
  for (const name in options) {
    if (name.charCodeAt(0) !== UNDERSCORE) continue;
    const max = MAX_LENGTHS.get(name);
    const value = options[name];
    if (max === undefined || typeof value !== 'string' || value.length > max) continue;
    context ??= {};
    context[name] = value;
  }
  return context;
}

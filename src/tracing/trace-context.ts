import type { CallerTrace } from '../observe/tracing.js';

/** A valid trace context (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex digits, not all 0. */
  readonly traceId: string;
  /** 16 hex digits: the span of the caller. All 0 in a trace that begins here. */
  readonly parentId: string;
  /** The flags of version 00. The others of later versions are 0. */
  readonly flags: number;
  /** The tracestate as received. */
  readonly tracestate: string | undefined;
}

/**
 * Version, trace-id, parent-id and flags (§3.2.2). What follows belongs to later versions
 * (§3.2.4).
 */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
export const NO_SPAN = '0'.repeat(16);
const FIRST_SPAN = '0000000000000001';
const FIRST_TRACE = NO_SPAN + FIRST_SPAN;
/** Version ff is forbidden (§3.2.2.1). */
const NO_VERSION = 'ff';

export const SAMPLED = 0x01;
/** The bits `sampled` (§3.2.2.5.1) and `random-trace-id` (Level 2, §3.2.2.5.2). */
const KNOWN_FLAGS = 0x03;

/** Key and value of a member of tracestate (Level 2, §3.3.1.3). */
const MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
/** §3.3.1.1. */
const MAX_MEMBERS = 32;
/** Everybody should propagate this many characters, and may drop a longer tracestate (§3.3.1.5). */
const MAX_TRACESTATE = 512;

/**
 * Reads the trace context of a caller.
 *
 * @returns undefined for an invalid traceparent: the call then has no parent (§2.3). An invalid
 * tracestate is dropped alone (§3.3).
 */
export function readTraceContext({ traceparent, tracestate }: CallerTrace): TraceContext | undefined {
  const [, version, traceId = '', parentId = '', flags = '', rest] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || version === NO_VERSION) return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  if (traceId === NO_TRACE || parentId === NO_SPAN) return undefined;
  return {
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16) & KNOWN_FLAGS,
    tracestate: tracestate !== undefined && isTracestate(tracestate) ? tracestate : undefined,
  };
}

function isTracestate(text: string): boolean {
  if (text === '' || text.length > MAX_TRACESTATE) return false;
  const members = text.split(',').map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  const named = members.filter((member) => member !== '');
  return named.length > 0 && named.length <= MAX_MEMBERS && named.every((member) => MEMBER.test(member));
}

/** The headers of a request that continues a trace. Flat list: name, value … */
export function traceHeaders(
  { traceId, flags, tracestate }: Omit<TraceContext, 'parentId'>,
  spanId: string,
  adds: { readonly traceparent: boolean; readonly tracestate: boolean },
): readonly string[] {
  // A tracestate has no meaning without its traceparent.
  if (!adds.traceparent) return [];
  const headers = ['traceparent', `00-${traceId}-${spanId}-${HEX[flags]}`];
  if (adds.tracestate && tracestate !== undefined && tracestate !== '')
    headers.push('tracestate', tracestate);
  return headers;
}

/**
 * Creates the ID of a span: 16 hex digits, not all 0. It is not a secret, so it does not need a
 * secure source.
 *
 * @param random numbers in [0, 1)
 */
export function newSpanId(random: () => number): string {
  const spanId = randomHex(random, 2);
  return spanId === NO_SPAN ? FIRST_SPAN : spanId;
}

/** Creates the ID of a trace: 32 hex digits, not all 0. */
export function newTraceId(random: () => number): string {
  const traceId = randomHex(random, 4);
  return traceId === NO_TRACE ? FIRST_TRACE : traceId;
}

/** The two hex digits of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Four words and their bytes. One conversion of all bytes is faster than one for each word. */
const words = new Uint32Array(4);
const bytes = Buffer.from(words.buffer);

function randomHex(random: () => number, count: number): string {
  for (let index = 0; index < count; index++) words[index] = random() * 2 ** 32;
  return bytes.toString('hex', 0, 4 * count);
}

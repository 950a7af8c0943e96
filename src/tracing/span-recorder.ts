import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Clock } from '../clock.js';
import type { CallErrorCode } from '../errors.js';
import type { CacheResult } from '../observe/observer.js';
import type { CallTrace, RequestTrace, TracedProcedure, TracedRequests } from '../observe/tracing.js';
import { packageVersion } from '../version.js';
import { continueTrace } from './propagated-call.js';
import { type CompiledProcedure, requestFacts, type SpanFacts } from './span-facts.js';
import { NO_SPAN, newTraceId, type TraceContext, traceHeaders } from './trace-context.js';

/** Records spans by the API of OpenTelemetry. */
export interface SpanRecorder {
  /**
   * Begins the SERVER span of a call. If it is not sampled, the trace goes on without spans.
   *
   * @param parent undefined if the caller sends no valid trace context
   * @param startedAt monotonic milliseconds
   * @returns undefined if the provider begins no trace, because it has no SDK
   */
  call(
    procedure: CompiledProcedure,
    parent: TraceContext | undefined,
    startedAt: number,
  ): CallTrace | undefined;
  /**
   * Begins the CLIENT span of a token request that no call waits for.
   *
   * @returns undefined if it is not sampled
   */
  tokenRequest(request: TracedRequests): RequestTrace | undefined;
}

/** Decides whether a trace is recorded. The parent is undefined for a trace that begins here. */
export type IsSampled = (parent: TraceContext | undefined) => boolean;

export interface SpanRecorderParts {
  readonly provider: TracerProvider;
  /** Undefined if the provider decides. To decide first costs less than a span. */
  readonly isSampled: IsSampled | undefined;
  readonly clock: Clock;
  /** Numbers in [0, 1), for the IDs of spans that nobody records. */
  readonly random: () => number;
}

export function createSpanRecorder({ provider, isSampled, clock, random }: SpanRecorderParts): SpanRecorder {
  const tracer = provider.getTracer('wamp-rpc-gateway', packageVersion());
  return {
    call({ procedure, call, attempt }, parent, startedAt) {
      if (isSampled?.(parent) === false) {
        return continueTrace(parent ?? unsampledTrace(random), procedure, random);
      }
      const time = spanTime(clock);
      const options = {
        kind: SpanKind.SERVER,
        startTime: time.at(startedAt),
        attributes: call.attributes,
      };
      const span = tracer.startSpan(call.name, options, contextOf(parent));
      const spanContext = span.spanContext();
      if (span.isRecording()) {
        return new RecordedCall(tracer, time, span, spanContext.traceId, procedure, attempt);
      }
      // Spans of the attempts would cost time, and nobody would record them either.
      return isSpanContextValid(spanContext)
        ? continueTrace(traceContextOf(spanContext), procedure, random)
        : undefined;
    },
    tokenRequest: (request) =>
      isSampled?.(undefined) === false
        ? undefined
        : beginTokenRequest(tracer, spanTime(clock), request, ROOT_CONTEXT),
  };
}

/** Times of spans, in milliseconds since the epoch. */
interface SpanTime {
  now(): number;
  /** @param monotonic milliseconds */
  at(monotonic: number): number;
}

/**
 * All spans of a call use one difference between the two clocks. So they keep their order and
 * duration, even if the system's time is changed meanwhile.
 */
function spanTime(clock: Clock): SpanTime {
  const difference = clock.wall() - clock.monotonic();
  return {
    now: () => clock.monotonic() + difference,
    at: (monotonic) => monotonic + difference,
  };
}

function contextOf(parent: TraceContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, parentId: spanId, flags: traceFlags, tracestate } = parent;
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags,
    isRemote: true,
    ...(traceState && { traceState }),
  });
}

/**
 * A trace that begins here, without a span of its own. Its flags tell the upstream not to record it
 * either.
 */
function unsampledTrace(random: () => number): TraceContext {
  return { traceId: newTraceId(random), parentId: NO_SPAN, flags: 0, tracestate: undefined };
}

/** The context of which a span is the parent. */
function traceContextOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  return { traceId, parentId: spanId, flags: traceFlags, tracestate: traceState?.serialize() };
}

/** Errors of a caller. The gateway has done what it should, so its span is no error. */
const CAUSED_BY_CALLER: ReadonlySet<CallErrorCode> = new Set(['bad_request', 'canceled']);

/** It is a class for speed, because closures would cost several objects for each call. */
class RecordedCall implements CallTrace {
  readonly traceId: string;
  private readonly tracer: Tracer;
  private readonly time: SpanTime;
  private readonly span: Span;
  private readonly procedure: TracedProcedure;
  private readonly facts: SpanFacts;
  private readonly context: Context;
  /** The attempts that were sent. */
  sent = 0;

  constructor(
    tracer: Tracer,
    time: SpanTime,
    span: Span,
    traceId: string,
    procedure: TracedProcedure,
    facts: SpanFacts,
  ) {
    this.traceId = traceId;
    this.tracer = tracer;
    this.time = time;
    this.span = span;
    this.procedure = procedure;
    this.facts = facts;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  attempt(): RequestTrace {
    const { name, attributes } = this.facts;
    const resends = this.sent;
    const span = this.tracer.startSpan(
      name,
      {
        kind: SpanKind.CLIENT,
        startTime: this.time.now(),
        attributes: resends === 0 ? attributes : { ...attributes, 'http.request.resend_count': resends },
      },
      this.context,
    );
    const context = traceContextOf(span.spanContext());
    const headers = traceHeaders(context, context.parentId, this.procedure.adds);
    return new RecordedRequest(this.time, span, headers, this);
  }

  tokenRequest(request: TracedRequests): RequestTrace {
    return beginTokenRequest(this.tracer, this.time, request, this.context);
  }

  cached(result: CacheResult): void {
    this.span.setAttribute('rpc_gateway.cache', result);
  }

  responded(status: number): void {
    // The span of a server is an error only if the server is to blame (semantic conventions, "HTTP
    // spans", "Status").
    if (status >= 500) {
      this.span.setAttribute('error.type', String(status));
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end(this.time.now());
  }

  failed(code: CallErrorCode, id: string, cause: string): void {
    this.span.setAttributes({ 'rpc_gateway.code': code, 'rpc_gateway.id': id, 'error.type': code });
    if (!CAUSED_BY_CALLER.has(code)) this.span.setStatus({ code: SpanStatusCode.ERROR, message: cause });
    this.span.end(this.time.now());
  }

  /**
   * The span of the call has ended with the response of the API, so the failure gets a span of its
   * own. To end the span of each call only after its reply was sent would cost time in every call.
   */
  replyTooLarge(id: string, cause: string): void {
    const now = this.time.now();
    const attributes = { 'rpc_gateway.code': 'too_large', 'rpc_gateway.id': id, 'error.type': 'too_large' };
    const options = { kind: SpanKind.INTERNAL, startTime: now, attributes };
    const span = this.tracer.startSpan('reply', options, this.context);
    span.setStatus({ code: SpanStatusCode.ERROR, message: cause });
    span.end(now);
  }
}

const NO_HEADERS: readonly string[] = [];

/**
 * A token request continues no trace: its token is for many calls, and its endpoint may belong to
 * somebody else.
 */
function beginTokenRequest(
  tracer: Tracer,
  time: SpanTime,
  request: TracedRequests,
  context: Context,
): RequestTrace {
  const { name, attributes } = requestFacts(request);
  const options = {
    kind: SpanKind.CLIENT,
    startTime: time.now(),
    attributes: { ...attributes, 'rpc_gateway.service': request.service },
  };
  return new RecordedRequest(time, tracer.startSpan(name, options, context), NO_HEADERS);
}

class RecordedRequest implements RequestTrace {
  readonly headers: readonly string[];
  private readonly time: SpanTime;
  private readonly span: Span;
  private readonly call: RecordedCall | undefined;

  /** @param call undefined for a request that is no attempt */
  constructor(time: SpanTime, span: Span, headers: readonly string[], call?: RecordedCall) {
    this.headers = headers;
    this.time = time;
    this.span = span;
    this.call = call;
  }

  responded(status: number): void {
    this.span.setAttribute('http.response.status_code', status);
    // The span of a client is an error for 4xx as well.
    if (status >= 400) {
      this.span.setAttribute('error.type', String(status));
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.end();
  }

  failed(code: CallErrorCode): void {
    this.span.setAttribute('error.type', code);
    if (code !== 'canceled') this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.end();
  }

  private end(): void {
    if (this.call !== undefined) this.call.sent++;
    this.span.end(this.time.now());
  }
}

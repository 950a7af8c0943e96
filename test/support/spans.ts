import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** A span as tests compare it. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first span of a trace. */
  readonly parentId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly message: string | undefined;
  readonly span: ReadableSpan;
}

/** A provider of the real SDK that keeps the spans that have ended. */
export function keepSpans(sampler?: Sampler) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  const spans = (): RecordedSpan[] => exporter.getFinishedSpans().map(readable);
  return {
    provider,
    /** In the order in which they ended. */
    spans,
    ofKind: (kind: 'SERVER' | 'CLIENT') => spans().filter((span) => span.kind === kind),
    clear: () => exporter.reset(),
  };
}

function readable(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: SpanKind[span.kind] as string,
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    status: SpanStatusCode[span.status.code] as string,
    message: span.status.message,
    span,
  };
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.js';
import { endProgram, startProgram } from '../support/processes.js';
import { startRecordingUpstream } from '../support/recording-upstream.js';

const PROGRAM = fileURLToPath(new URL('../../node_modules/.cache/otel-collector/collector', import.meta.url));

/** True if the collector is installed. If it is not, says so, and fails where CI is set. */
export function isCollectorInstalled(): boolean {
  if (existsSync(PROGRAM)) return true;
  const missing = 'no OpenTelemetry Collector: run test/interop/install-collector';
  if (process.env['CI']) throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return false;
}

/** A span as a collector passes it on (OTLP in JSON). */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** 2: SERVER, 3: CLIENT. */
  readonly kind: number;
  readonly traceState: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: error. */
  readonly status: { readonly code?: number; readonly message?: string };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  /** The attributes of the program that made the span. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Collector {
  /** For `tracing.otlp.endpoint`. */
  readonly endpoint: string;
  /** What it has received so far. */
  spans(): readonly CollectedSpan[];
  /** Resolves when it has received so many spans. */
  received(count: number): Promise<readonly CollectedSpan[]>;
  close(): Promise<void>;
}

/**
 * Starts the OpenTelemetry Collector. It reads spans with the official definitions of OTLP, and
 * passes them on in JSON.
 */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  let watchers: (() => void)[] = [];
  const receiver = await startRecordingUpstream(({ text }) => {
    spans.push(...readSpans(text));
    const waiting = watchers;
    watchers = [];
    for (const look of waiting) look();
    return { json: {} };
  });
  const port = await freePort();
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      otlp_http: {
        endpoint: receiver.url,
        encoding: 'json',
        compression: 'none',
        sending_queue: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    },
  };
  const { child, output } = startProgram(PROGRAM, ['--config', `yaml:${JSON.stringify(config)}`]);
  await new Promise<void>((resolve, reject) => {
    child.stderr!.on('data', () => {
      if (output().includes('Everything is ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`the collector ended: ${output()}`)));
  });

  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => spans,
    received: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (spans.length >= count) resolve(spans);
          else watchers.push(look);
        };
        look();
      }),
    async close() {
      await endProgram(child, 'SIGTERM');
      await receiver.close();
    },
  };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}
type SpanInJson = Omit<CollectedSpan, 'attributes' | 'resource'> & { readonly attributes?: Attribute[] };
interface Traces {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: Attribute[] };
    readonly scopeSpans: { readonly spans: SpanInJson[] }[];
  }[];
}

function readSpans(text: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(text) as Traces;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: readAttributes(span.attributes ?? []),
        resource: readAttributes(resource.attributes),
      })),
    ),
  );
}

function readAttributes(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? Number(intValue)]),
  );
}

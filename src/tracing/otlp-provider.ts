import type { TracerProvider } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import { type Clock, withTimeout } from '../clock.js';
import type { Logger } from '../log.js';
import { createSummedLog } from '../summed-log.js';
import { packageVersion } from '../version.js';

/** Where spans go (`tracing.*`). */
export interface OtlpOptions {
  /** The base URL of the collector. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The part of the traces without a parent that is recorded, from 0 to 1. */
  readonly sampleRatio: number;
}

/** A provider that sends spans to a collector. */
export interface OtlpProvider {
  readonly provider: TracerProvider;
  /** Sends the spans that wait, for a limited time. Never rejects. */
  close(): Promise<void>;
}

/** The spans that may wait for the collector. Further ones are dropped. */
const MAX_WAITING_SPANS = 8192;
/** A request to the collector may take this long, with its retries. */
const EXPORT_TIMEOUT_MS = 10_000;
/** An unreachable collector must not delay a stop for longer than this. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Creates the provider with the SDK of OpenTelemetry. It registers nothing globally. */
export async function createOtlpProvider(
  { endpoint, serviceName, sampleRatio }: OtlpOptions,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<OtlpProvider> {
  const [sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const url = `${endpoint}/v1/traces`;
  const sender = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS });
  const exporter = loggedExporter(sender, { collector: new URL(url).host, clock, log });
  const provider = new sdk.NodeTracerProvider({
    resource: resources
      .defaultResource()
      // OTEL_RESOURCE_ATTRIBUTES, for example `deployment.environment.name=production`.
      .merge(resources.detectResources({ detectors: [resources.envDetector] }))
      .merge(
        resources.resourceFromAttributes({
          'service.name': serviceName,
          'service.version': packageVersion(),
        }),
      ),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { maxQueueSize: MAX_WAITING_SPANS })],
  });
  return {
    provider,
    async close() {
      const closed = provider.shutdown().catch(() => undefined);
      await withTimeout(clock, CLOSE_TIMEOUT_MS, closed, () => undefined);
      exporter.flushLog();
    },
  };
}

interface LoggedExporter extends SpanExporter {
  /** Writes the lines that were held back. */
  flushLog(): void;
}

/** A collector that is down for hours gets one line in a minute. */
const LINES = { max: 1, windowMs: 60_000 } as const;

/**
 * Writes failures to send spans to the log. The SDK itself would tell them to a global logger, which
 * belongs to the program and not to the gateway.
 */
function loggedExporter(
  sender: SpanExporter,
  { collector, clock, log }: { collector: string; clock: Clock; log: Logger },
): LoggedExporter {
  const summed = createSummedLog({ log, clock, ...LINES });
  let failures = 0;
  return {
    export(spans, done) {
      sender.export(spans, (result) => {
        // The enumeration of results is not part of the packages that users install.
        if (result.code === 0) {
          if (failures > 0)
            log.info({ collector, after_failures: failures }, 'the collector takes spans again');
          failures = 0;
        } else {
          failures++;
          const cause = causeOf(result.error);
          summed.warn({ collector, cause }, 'spans are lost: the collector does not take them', {
            spans: spans.length,
          });
        }
        done(result);
      });
    },
    shutdown: () => sender.shutdown(),
    forceFlush: async () => sender.forceFlush?.(),
    flushLog: () => summed.flush(),
  };
}

/**
 * The cause of a failure, for the log. It is a code and not the message, because a message may quote
 * a URL or a response.
 */
function causeOf(error: Error | undefined): string {
  const code = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `the collector answered ${code}`;
  if (typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code)) return code;
  return error?.name === 'Error' || error === undefined ? 'no response' : error.name;
}

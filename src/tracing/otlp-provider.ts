import type { TracerProvider } from '@opentelemetry/api';
import { type Clock, withTimeout } from '../clock.js';
import type { Logger } from '../log.js';
import { packageVersion } from '../version.js';
import { createLoggedExporter } from './logged-exporter.js';

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
  const collector = new URL(url).host;
  const exporter = createLoggedExporter(sender, { collector, clock, log });
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
      const closed = provider.shutdown().then(
        () => true,
        () => true,
      );
      const isInTime = await withTimeout(clock, CLOSE_TIMEOUT_MS, closed, () => false);
      exporter.closeLog();
      if (!isInTime) log.warn({ collector }, 'the last spans are lost: the collector does not respond');
    },
  };
}

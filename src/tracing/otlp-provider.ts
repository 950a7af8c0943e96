import type { TracerProvider } from '@opentelemetry/api';
import { type Clock, withTimeout } from '../clock.js';
import type { Logger } from '../log.js';
import { packageVersion } from '../version.js';
import { createBoundedSpans } from './bounded-spans.js';
import { createLoggedExporter } from './logged-exporter.js';
import type { IsSampled } from './span-recorder.js';
import { SAMPLED } from './trace-context.js';

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
  readonly isSampled: IsSampled;
  /** Sends the spans that wait, for a limited time. Never rejects. */
  close(): Promise<void>;
}

/** The spans that may wait for the collector. Further ones are dropped. */
const MAX_WAITING_SPANS = 8192;
/** A request to the collector may take this long, with its retries. */
const EXPORT_TIMEOUT_MS = 10_000;
/** An unreachable collector must not delay a stop for longer than this. */
const CLOSE_TIMEOUT_MS = 2_000;

export interface OtlpParts {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
}

/** Creates the provider with the SDK of OpenTelemetry. It registers nothing globally. */
export async function createOtlpProvider(
  { endpoint, serviceName, sampleRatio }: OtlpOptions,
  { clock, random, log }: OtlpParts,
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
  const bounded = createBoundedSpans({ max: MAX_WAITING_SPANS, collector, clock, log });
  const queue = new sdk.BatchSpanProcessor(bounded.exporter(exporter), { maxQueueSize: MAX_WAITING_SPANS });
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
    // isSampled has decided already. Otherwise environment variables could choose another sampler.
    sampler: new sdk.AlwaysOnSampler(),
    spanProcessors: [bounded.processor(queue)],
  });
  return {
    provider,
    isSampled: (parent) => (parent === undefined ? random() < sampleRatio : (parent.flags & SAMPLED) !== 0),
    async close() {
      const closed = provider.shutdown().then(
        () => true,
        () => true,
      );
      const isInTime = await withTimeout(clock, CLOSE_TIMEOUT_MS, closed, () => false);
      bounded.closeLog();
      exporter.closeLog();
      if (!isInTime) log.warn({ collector }, 'the last spans are lost: the collector does not respond');
    },
  };
}

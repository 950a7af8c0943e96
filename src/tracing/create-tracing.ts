import type { TracerProvider } from '@opentelemetry/api';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { CallTracer, Tracing } from '../observe/tracing.js';
import { findGlobalProvider } from './global-provider.js';
import { checkOtlpPackages } from './otlp-packages.js';
import type { OtlpOptions } from './otlp-provider.js';
import { continueTrace } from './propagated-call.js';
import { compileProcedure } from './span-facts.js';
import type { SpanRecorder, SpanRecorderParts } from './span-recorder.js';
import { readTraceContext } from './trace-context.js';

/** The tracing of a gateway. It records spans while it is open, if it has a provider for them. */
export interface GatewayTracing extends Tracing {
  open(): Promise<void>;
  /** Sends the spans that wait, for a limited time. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Records the spans. Default: the provider of `otlp`, or else the global one of the program. */
  readonly provider: TracerProvider | undefined;
  /** Undefined if the configuration names no collector. */
  readonly otlp: OtlpOptions | undefined;
  readonly clock: Clock;
  /** Numbers in [0, 1), for the IDs of spans. */
  readonly random: () => number;
  readonly log: Logger;
}

/**
 * Creates the tracing of a gateway. Without a provider it only continues the traces of callers.
 *
 * @throws GatewayError `tracing_packages` if packages for the collector are not installed
 */
export function createTracing({ provider, otlp, clock, random, log }: TracingOptions): GatewayTracing {
  if (otlp !== undefined && provider === undefined) checkOtlpPackages();
  let recorder: SpanRecorder | undefined;
  let closeProvider = async (): Promise<void> => {};

  /** The provider, and who decides which traces are recorded. */
  async function openProvider(): Promise<Pick<SpanRecorderParts, 'provider' | 'isSampled'> | undefined> {
    if (provider !== undefined) return { provider, isSampled: undefined };
    if (otlp === undefined) {
      const found = await findGlobalProvider();
      return found && { provider: found, isSampled: undefined };
    }
    const { createOtlpProvider } = await import('./otlp-provider.js');
    const opened = await createOtlpProvider(otlp, { clock, random, log });
    closeProvider = opened.close;
    return opened;
  }

  return {
    async open() {
      const opened = await openProvider();
      if (opened === undefined) return;
      const { createSpanRecorder } = await import('./span-recorder.js');
      recorder = createSpanRecorder({ ...opened, clock, random });
    },

    async close() {
      recorder = undefined;
      const close = closeProvider;
      closeProvider = async () => {};
      await close();
    },

    procedure(procedure): CallTracer {
      const compiled = compileProcedure(procedure);
      return {
        begin(caller, startedAt) {
          // This line is all that a call without a trace costs.
          if (caller === undefined && recorder === undefined) return undefined;
          const context = caller && readTraceContext(caller);
          const recorded = recorder?.call(compiled, context, startedAt);
          return recorded ?? (context && continueTrace(context, procedure, random));
        },
      };
    },

    tokenRequest: (request) => recorder?.tokenRequest(request),
  };
}

import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';

export interface BoundedSpansParts {
  /** The spans that may wait for the collector. Further ones are dropped. */
  readonly max: number;
  /** Host and port, for the log. */
  readonly collector: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BoundedSpans {
  /** Tells when spans leave the queue. */
  exporter(inner: SpanExporter): SpanExporter;
  /** Puts spans into the queue, or drops them. */
  processor(inner: SpanProcessor): SpanProcessor;
  /** Writes how many spans were dropped, and no line after that. */
  closeLog(): void;
}

/** The number of dropped spans is logged at most once in this time. */
const WINDOW_MS = 60_000;

/**
 * Limits the spans that wait for the collector, and logs how many are dropped. The queue of the SDK
 * has such a limit too, but tells it only a global logger, which belongs to the program.
 *
 * Dropping a span costs a comparison and an addition, because it happens under load.
 */
export function createBoundedSpans({ max, collector, clock, log }: BoundedSpansParts): BoundedSpans {
  let waiting = 0;
  let dropped = 0;
  let stopTimer: (() => void) | undefined;
  let isClosed = false;

  function drop(): void {
    dropped++;
    if (stopTimer === undefined && !isClosed) report();
  }

  function report(): void {
    log.warn({ collector, spans: dropped, waiting: max }, 'spans are lost: too many wait for the collector');
    dropped = 0;
    stopTimer = clock.after(WINDOW_MS, () => {
      stopTimer = undefined;
      if (dropped > 0) report();
    });
  }

  return {
    exporter: (inner) => ({
      export(spans, done) {
        waiting -= spans.length;
        inner.export(spans, done);
      },
      shutdown: () => inner.shutdown(),
      forceFlush: async () => inner.forceFlush?.(),
    }),

    processor: (inner) => ({
      onStart: (span, context) => inner.onStart(span, context),
      onEnd(span) {
        if (waiting >= max) {
          drop();
          return;
        }
        waiting++;
        inner.onEnd(span);
      },
      forceFlush: () => inner.forceFlush(),
      shutdown: () => inner.shutdown(),
    }),

    closeLog() {
      isClosed = true;
      stopTimer?.();
      if (dropped > 0) report();
      stopTimer?.();
    },
  };
}

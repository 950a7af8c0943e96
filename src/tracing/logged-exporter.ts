import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { createSummedLog } from '../summed-log.js';

export interface LoggedExporter extends SpanExporter {
  /** Writes the lines that were held back, and no line after that. */
  closeLog(): void;
}

export interface LoggedExporterParts {
  /** Host and port, for the log. */
  readonly collector: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A collector that is down for hours gets one line in a minute. */
const LINES = { max: 1, windowMs: 60_000 } as const;
/** `ExportResultCode.SUCCESS`. Its package is not among those that users install. */
const SUCCESS = 0;

/**
 * Writes failures to send spans to the log. The SDK itself would tell them to a global logger, which
 * belongs to the program and not to the gateway.
 */
export function createLoggedExporter(
  sender: SpanExporter,
  { collector, clock, log }: LoggedExporterParts,
): LoggedExporter {
  const summed = createSummedLog({ log, clock, ...LINES });
  let failures = 0;
  let isClosed = false;

  function succeeded(): void {
    if (failures > 0) log.info({ collector, after_failures: failures }, 'the collector takes spans again');
    failures = 0;
  }

  function failed(error: Error | undefined, spans: number): void {
    failures++;
    const cause = causeOf(error);
    summed.warn({ collector, cause }, 'spans are lost: the collector does not take them', { spans });
  }

  return {
    export(spans, done) {
      sender.export(spans, (result) => {
        if (isClosed) return done(result);
        if (result.code === SUCCESS) succeeded();
        else failed(result.error, spans.length);
        done(result);
      });
    },
    shutdown: () => sender.shutdown(),
    forceFlush: async () => sender.forceFlush?.(),
    closeLog() {
      isClosed = true;
      summed.flush();
    },
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
  return 'no response';
}

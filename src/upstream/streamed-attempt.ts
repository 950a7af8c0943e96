import type { RequestTrace } from '../observe/tracing.js';
import type { StreamEnd } from './byte-stream.js';
import type { ExchangeOutcome, Streaming } from './exchange-outcome.js';
import { unpackStream } from './unpack-stream.js';

/** What to do when an attempt ends. */
export interface AttemptEnds {
  /** Tells how it ended. */
  readonly observe: (outcome: Exclude<ExchangeOutcome, { kind: 'expired' }>) => void;
  readonly trace: RequestTrace | undefined;
}

/**
 * An attempt whose response is a stream. It counts when its body has ended. Returns the stream with
 * its content codings decoded.
 */
export function streamedAttempt(outcome: Streaming, { observe, trace }: AttemptEnds): Streaming {
  outcome.body.whenEnded((end) => {
    observe(outcomeOf(outcome, end));
    if (trace === undefined) return;
    if (end.kind === 'complete') trace.responded(outcome.status);
    else trace.failed(end.kind === 'failure' ? end.code : 'canceled');
  });
  return { ...outcome, body: unpackStream(outcome.body, outcome.headers) };
}

function outcomeOf(outcome: Streaming, end: StreamEnd): Exclude<ExchangeOutcome, { kind: 'expired' }> {
  return end.kind === 'complete' ? outcome : end;
}

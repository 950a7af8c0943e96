import { isEncoded } from './content-coding.js';
import type { ExchangeOutcome } from './exchange-outcome.js';
import { LARGE_BODY } from './http-message.js';

/** The codings unpack data to at most about a thousand times its size. */
const MAX_COMPRESSION_RATIO = 1024;

/** Whether a response has a large body, or may have one when its content coding is removed. */
export function mayBeLarge(outcome: ExchangeOutcome): boolean {
  if (outcome.kind !== 'response') return false;
  const { length } = outcome.response.body;
  return (
    length >= LARGE_BODY || (length >= LARGE_BODY / MAX_COMPRESSION_RATIO && isEncoded(outcome.response))
  );
}

export function isLarge(outcome: ExchangeOutcome): boolean {
  return outcome.kind === 'response' && outcome.response.body.length >= LARGE_BODY;
}

import { ERROR_URI } from '../wamp/uris.js';
import type { Objection } from './refusals.js';

/** How much of something there may be, and the key that says so. */
export interface Limit {
  readonly most: number;
  readonly key: string;
}

/** The refusal of what is beyond a limit: it says which key to raise. */
export function tooMany(sentence: string, { key }: Limit): Objection {
  return [ERROR_URI.tooManyRequests, `${sentence} (${key})`];
}

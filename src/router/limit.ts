import { ERROR_URI } from '../wamp/uris.js';
import type { Refusal } from './refusals.js';

/** A limit and its configuration key. */
export interface Limit {
  readonly most: number;
  readonly key: string;
}

/** The refusal of a request that exceeds a limit. Its message names the key to raise. */
export function tooMany(message: string, { key }: Limit): Refusal {
  return { uri: ERROR_URI.tooManyRequests, message: `${message} (${key})` };
}

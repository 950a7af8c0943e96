import { ERROR_URI } from '../wamp/uris.js';
import type { RouterLimits } from './model.js';
import type { Refusal } from './refusals.js';

/** A limit and its configuration key. The limit may change while the router runs. */
export interface Limit {
  readonly max: number;
  readonly key: string;
}

/**
 * Returns the limit with this name. For example, `maxTestamentBytes` has the key
 * `wamp.max_testament_bytes`.
 */
export function limitOf(limits: RouterLimits, name: keyof RouterLimits): Limit {
  const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return {
    get max() {
      return limits[name];
    },
    key: `wamp.${key}`,
  };
}

/** The refusal of a request that exceeds a limit. Its message names the key to raise. */
export function tooMany(message: string, { key }: Limit): Refusal {
  return { uri: ERROR_URI.tooManyRequests, message: `${message} (${key})` };
}

import { oneOf } from '../types/datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const LOG_KEYS = {
  level: {
    type: logLevel(),
    default: 'info',
    meaning: 'The gateway logs records of this level and of more severe levels.',
    example: 'warn',
  },
  format: {
    type: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    meaning:
      '`json`: one JSON object per line. `pretty`: text that is easy to read, with colours on a terminal. `auto`: `pretty` if stderr is a terminal, else `json`.',
    example: 'json',
  },
  calls: {
    type: oneOf('off', 'errors', 'all'),
    default: 'errors',
    meaning:
      'Which calls get a line in the log when they end. `errors`: calls that fail with an error of the gateway, or with a status of 500 or more from the upstream. If more than 10 have the same cause in 10 s, the log combines the others. `all`: every call. `off`: none.',
    example: 'all',
  },
} as const satisfies KeyTable;

/** Levels of Bondy that we do not have, each with our nearest level. */
const WORDS_OF_BONDY: ReadonlyMap<string, string> = new Map([
  ['notice', 'info'],
  ['warning', 'warn'],
  ['critical', 'error'],
  ['alert', 'error'],
  ['emergency', 'error'],
]);

function logLevel() {
  const level = oneOf('debug', 'info', 'warn', 'error', 'silent');
  const parse: typeof level.parse = (value, context) =>
    level.parse(WORDS_OF_BONDY.get(value.toLowerCase()) ?? value, context);
  return { ...level, parse };
}

/**
 * The keys under `log`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type LogSettings = SettingsOf<typeof LOG_KEYS>;

export const LOG_SCOPE = {
  title: 'Logging',
  path: 'log',
  keys: LOG_KEYS,
} as const satisfies Scope;

import { oneOf } from '../datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const LOG_KEYS = {
  level: {
    type: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
    meaning: 'The least severe messages that are logged.',
    example: 'warn',
  },
  calls: {
    type: oneOf('off', 'errors', 'all'),
    default: 'errors',
    meaning:
      'Which calls get a line when they have ended. `errors`: those that the gateway itself answers with an error, and those that the upstream answers with a status of 500 or more; more than 10 of the same cause in 10 s are summed up. `all`: every call. `off`: none.',
    example: 'all',
  },
} as const satisfies KeyTable;

export type LogSettings = SettingsOf<typeof LOG_KEYS>;

export const LOG_SCOPE = {
  title: 'Logging',
  path: 'log',
  keys: LOG_KEYS,
  pending: [],
} as const satisfies Scope;

import { oneOf } from '../datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const LOG_KEYS = {
  level: {
    type: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
    meaning: 'The least severe messages that are logged.',
    example: 'warn',
  },
} as const satisfies KeyTable;

export type LogSettings = SettingsOf<typeof LOG_KEYS>;

export const LOG_SCOPE = {
  title: 'Logging',
  path: 'log',
  keys: LOG_KEYS,
  pending: [],
} as const satisfies Scope;

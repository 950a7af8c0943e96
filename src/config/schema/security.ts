import { filePath, flag } from '../datatypes.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const SECURITY_KEYS = {
  allow_anonymous_user: {
    type: flag,
    computed: '`on` while every listener is on a loopback address, else `off`',
    meaning: 'Whether clients may join a realm without authentication.',
    example: 'on',
  },
  config_file: {
    // Pending: the file is not read yet, so that it need not be there.
    type: filePath,
    meaning: 'Realms, users, groups, sources and grants, a JSON file of the shape that Bondy uses.',
    example: 'security_config.json',
  },
} as const satisfies KeyTable;

export type SecuritySettings = SettingsOf<typeof SECURITY_KEYS>;

export const SECURITY_SCOPE = {
  title: 'Security',
  path: 'security',
  keys: SECURITY_KEYS,
  pending: ['config_file'],
} as const satisfies Scope;

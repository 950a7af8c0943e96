import { describe, expect, it } from 'vitest';
import { changedKeys } from './changed-keys.js';
import { parseConfig } from './load-config.js';

const conf = (...lines: readonly string[]) =>
  parseConfig(lines.map((line) => `rpc_gateway.services.billing.${line}`).join('\n'), { env: {} });

const BASE = [
  'base_url = http://127.0.0.1:1',
  'procedures.get.uri = com.billing.get',
  'procedures.get.realm = com.example.myrealm',
];

describe('the changed keys', () => {
  it('are none for the same files', () => {
    expect(changedKeys(conf(...BASE), conf(...BASE))).toEqual([]);
  });

  it('have both values, also of keys that are new or gone', () => {
    const before = conf(...BASE, 'timeout = 5s', 'retries = 1');
    const after = conf(...BASE, 'timeout = 6s', 'pool.size = 3');
    expect(changedKeys(before, after)).toEqual([
      { key: 'rpc_gateway.services.billing.timeout', before: '5s', after: '6s' },
      { key: 'rpc_gateway.services.billing.pool.size', before: null, after: '3' },
      { key: 'rpc_gateway.services.billing.retries', before: '1', after: null },
    ]);
  });

  it('never have a secret', () => {
    const token = ['auth.vars.token = planted', 'auth.apply.format = Bearer {{token}}'];
    const changed = changedKeys(conf(...BASE), conf(...BASE, ...token, 'headers.X-Api-Key = planted'));
    expect(changed).toHaveLength(3);
    expect(JSON.stringify(changed)).not.toContain('planted');
  });

  it('are at most 200', () => {
    const many = Array.from({ length: 300 }, (_, n) => `headers.X-${n} = 1`);
    expect(changedKeys(conf(...BASE), conf(...BASE, ...many))).toHaveLength(200);
  });
});

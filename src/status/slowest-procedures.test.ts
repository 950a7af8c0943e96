import { describe, expect, it } from 'vitest';
import type { ProcedureTraffic } from './service-status.js';
import { slowestProcedures } from './slowest-procedures.js';

const procedure = (index: number): ProcedureTraffic => {
  const figures = { calls: 1, errors: 0, error_ratio: 0, p50_ms: 1, p99_ms: index };
  return {
    uri: `com.billing.p${index}`,
    realm: 'com.example.myrealm',
    last_minute: figures,
    last_hour: figures,
  };
};

describe('the slowest procedures', () => {
  it('are all procedures if one answer has room for them', () => {
    const called = [1, 3, 2].map(procedure);
    expect(slowestProcedures(called)).toEqual({ procedures: called, omitted: 0 });
  });

  it('leave out the fastest ones', () => {
    const called = Array.from({ length: 2_010 }, (_, index) => procedure(index));
    const { procedures, omitted } = slowestProcedures(called);
    expect(omitted).toBe(10);
    expect(procedures.map(({ last_hour }) => last_hour.p99_ms)).toEqual(
      Array.from({ length: 2_000 }, (_, index) => 2_009 - index),
    );
  });
});

import type { AllTraffic, ProcedureTraffic } from './service-status.js';

/** Procedures of one answer. */
const MAX_PROCEDURES = 2_000;

/** Keeps the slowest ones if there are too many for one answer. */
export function slowestProcedures(called: readonly ProcedureTraffic[]): AllTraffic {
  if (called.length <= MAX_PROCEDURES) return { procedures: called, omitted: 0 };
  const slowness = ({ last_hour }: ProcedureTraffic) => last_hour.p99_ms ?? -1;
  const procedures = called
    .toSorted((one, other) => slowness(other) - slowness(one))
    .slice(0, MAX_PROCEDURES);
  return { procedures, omitted: called.length - MAX_PROCEDURES };
}

import type { CallOutcome, ObservedProcedure } from '../observe/observer.js';
import { OTHER } from './counts.js';
import { addDuration, type Durations, noDurations } from './durations.js';
import type { MeasuredParts } from './measured-parts.js';
import { CALL_OUTCOMES } from './outcomes.js';

/** The counts of one procedure. */
export interface ProcedureCounts {
  readonly service: string;
  readonly procedure: string;
  /** The ended calls, one count for each of `CALL_OUTCOMES`. */
  readonly outcomes: Float64Array;
  readonly durations: Durations;
  retries: number;
}

/** Counts the calls of every procedure. */
export interface AllProcedureCounts {
  callEnded(procedure: ObservedProcedure, outcome: CallOutcome, durationMs: number, attempts: number): void;
  /** Counts a call once more, as `too_large`. */
  replyTooLarge(realm: string, procedure: string): void;
  /**
   * Sets the known services and procedures. A known one keeps its counts. The counts of all others
   * are forgotten.
   */
  setParts(parts: Pick<MeasuredParts, 'services' | 'procedures'>): void;
  /** `_other` is among them only after a call of an unknown procedure, or of an unknown service. */
  all(): readonly ProcedureCounts[];
}

/** The counts of one service. */
interface ServiceCounts {
  readonly procedures: Map<string, ProcedureCounts>;
  /** Calls that end after a reload has removed their procedures. */
  readonly other: ProcedureCounts;
}

const PLACES = new Map<CallOutcome, number>(CALL_OUTCOMES.map((outcome, place) => [outcome, place]));

/**
 * Creates the counts. A call costs two lookups and a few additions. prom-client takes ten times as
 * long, because it computes a hash of the labels each time.
 */
export function createProcedureCounts(): AllProcedureCounts {
  const unknown = noCounts(OTHER, OTHER);
  let known: MeasuredParts['procedures'] = [];
  let byService = new Map<string, ServiceCounts>();
  // Compiled procedures come and go with reloads. A weak map does not keep the old ones.
  let bound = new WeakMap<ObservedProcedure, ProcedureCounts>();

  function bind(observed: ObservedProcedure): ProcedureCounts {
    const service = byService.get(observed.service);
    const counts = service?.procedures.get(observed.procedure) ?? service?.other ?? unknown;
    bound.set(observed, counts);
    return counts;
  }

  return {
    callEnded(observed, outcome, durationMs, attempts) {
      const counts = bound.get(observed) ?? bind(observed);
      count(counts, outcome);
      if (attempts > 1) counts.retries += attempts - 1;
      addDuration(counts.durations, durationMs);
    },

    replyTooLarge(realm, procedure) {
      const observed = known.find((each) => each.procedure === procedure && each.realm === realm);
      count(observed === undefined ? unknown : (bound.get(observed) ?? bind(observed)), 'too_large');
    },

    setParts({ services, procedures }) {
      known = procedures;
      const before = byService;
      byService = new Map(
        services.map(({ name }) => {
          const other = before.get(name)?.other ?? noCounts(name, OTHER);
          return [name, { procedures: new Map(), other }];
        }),
      );
      bound = new WeakMap();
      for (const { service, procedure } of procedures) {
        const counts = before.get(service)?.procedures.get(procedure) ?? noCounts(service, procedure);
        byService.get(service)?.procedures.set(procedure, counts);
      }
    },

    all() {
      const services = [...byService.values()];
      const others = [...services.map(({ other }) => other), unknown].filter(hasCalls);
      return [...services.flatMap((service) => [...service.procedures.values()]), ...others];
    },
  };
}

const hasCalls = ({ outcomes }: ProcedureCounts): boolean => outcomes.some((calls) => calls > 0);

function count({ outcomes }: ProcedureCounts, outcome: CallOutcome): void {
  const place = PLACES.get(outcome) as number;
  outcomes[place] = (outcomes[place] as number) + 1;
}

const noCounts = (service: string, procedure: string): ProcedureCounts => ({
  service,
  procedure,
  outcomes: new Float64Array(CALL_OUTCOMES.length),
  durations: noDurations(),
  retries: 0,
});

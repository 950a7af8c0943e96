import type { Clock } from '../clock.js';
import {
  type CallOutcome,
  type ObservedFailure,
  type ObservedProcedure,
  type Observer,
  silentObserver,
} from '../observe/observer.js';
import { createRollingFigures, durationClassOf, type RollingFigures } from './rolling-figures.js';
import type {
  CallFigures,
  FailedCall,
  ProbeStatus,
  ProcedureTraffic,
  TrafficHistory,
} from './service-status.js';
import { createTrafficCounter, type TrafficCounter } from './traffic-history.js';

/** What has happened to one service so far. */
export interface ServiceRecord {
  readonly in_flight: number;
  readonly last_minute: CallFigures;
  readonly last_hour: CallFigures;
  readonly probe: ProbeStatus | null;
  /** Undefined without an alarm. */
  readonly alarm: { readonly reason: string; readonly raised_at: string } | undefined;
  /** The last failed calls, the newest first. */
  readonly failures: readonly FailedCall[];
}

/** Records what happens to the services, for their status. */
export interface ServiceRecords {
  readonly observer: Observer;
  of(service: string): ServiceRecord;
  historyOf(service: string): TrafficHistory;
  /** The procedures of the service that have been called. */
  trafficOf(service: string): readonly ProcedureTraffic[];
  /** Forgets all other services. For a reload that removes services. */
  keepOnly(services: Iterable<string>): void;
}

/** The figures of the last minute and hour. */
interface Figures {
  readonly minute: RollingFigures;
  readonly hour: RollingFigures;
}

interface Facts extends Figures {
  inFlight: number;
  readonly history: TrafficCounter;
  /** The newest last. */
  readonly failures: FailedCall[];
  probe: ProbeStatus | null;
  alarm: ServiceRecord['alarm'];
  readonly procedures: Map<string, ProcedureFacts>;
}

interface ProcedureFacts extends Figures {
  readonly observed: ObservedProcedure;
}

const MINUTE_MS = 60_000;
/** The last minute has 6 steps, and the last hour has 12. */
const MINUTE_STEPS = 6;
const HOUR_STEPS = 12;
/** The history has the last 15 minutes, in steps of 10 seconds. */
const HISTORY_STEP_MS = 10_000;
const HISTORY_STEPS = 90;
const MAX_FAILURES = 20;

export function createServiceRecords(clock: Clock): ServiceRecords {
  const records = new Map<string, Facts>();
  /** Finds the facts of a procedure without building a key for each call. */
  let known = new WeakMap<ObservedProcedure, ProcedureFacts>();

  function factsOf(service: string): Facts {
    let facts = records.get(service);
    if (facts === undefined) {
      facts = {
        ...createFigures(),
        inFlight: 0,
        history: createTrafficCounter(HISTORY_STEP_MS, HISTORY_STEPS),
        failures: [],
        probe: null,
        alarm: undefined,
        procedures: new Map(),
      };
      records.set(service, facts);
    }
    return facts;
  }

  function procedureFactsOf(observed: ObservedProcedure, { procedures }: Facts): ProcedureFacts {
    let facts = known.get(observed);
    if (facts === undefined) {
      // After a reload, the same procedure has another object.
      const key = `${observed.realm} ${observed.procedure}`;
      facts = procedures.get(key) ?? { ...createFigures(), observed };
      procedures.set(key, facts);
      known.set(observed, facts);
    }
    return facts;
  }

  const now = (): string => new Date(clock.wall()).toISOString();

  function callEnded(
    observed: ObservedProcedure,
    outcome: CallOutcome,
    durationMs: number,
    _attempts: number,
    failure: ObservedFailure | undefined,
  ): void {
    const facts = factsOf(observed.service);
    facts.inFlight--;
    const monotonic = clock.monotonic();
    const isError = isFailure(outcome);
    const durationClass = durationClassOf(durationMs);
    const procedure = procedureFactsOf(observed, facts);
    facts.minute.add(durationClass, isError, monotonic);
    facts.hour.add(durationClass, isError, monotonic);
    procedure.minute.add(durationClass, isError, monotonic);
    procedure.hour.add(durationClass, isError, monotonic);
    facts.history.add(isError, monotonic);
    if (!isError || failure === undefined) return;
    const { id, cause = null } = failure;
    facts.failures.push({ id, outcome, procedure: observed.procedure, at: now(), cause });
    if (facts.failures.length > MAX_FAILURES) facts.failures.shift();
  }

  return {
    observer: {
      ...silentObserver,
      callBegan({ service }) {
        factsOf(service).inFlight++;
      },
      callEnded,
      probeEnded(service, outcome, durationMs, cause) {
        factsOf(service).probe = {
          outcome,
          at: now(),
          duration_ms: Math.round(durationMs),
          cause: cause ?? null,
        };
      },
      alarmRaised(service, reason) {
        factsOf(service).alarm = { reason, raised_at: now() };
      },
      alarmCleared(service) {
        factsOf(service).alarm = undefined;
      },
    },

    of(service) {
      const facts = factsOf(service);
      return {
        in_flight: facts.inFlight,
        ...figuresOf(facts, clock.monotonic()),
        probe: facts.probe,
        alarm: facts.alarm,
        failures: facts.failures.toReversed(),
      };
    },

    historyOf: (service) => factsOf(service).history.history(clock.monotonic()),

    trafficOf: (service) =>
      [...factsOf(service).procedures.values()].map((facts) => ({
        uri: facts.observed.procedure,
        realm: facts.observed.realm,
        ...figuresOf(facts, clock.monotonic()),
      })),

    keepOnly(services) {
      const kept = new Set(services);
      for (const service of records.keys()) if (!kept.has(service)) records.delete(service);
      known = new WeakMap();
    },
  };
}

const createFigures = (): Figures => ({
  minute: createRollingFigures(MINUTE_MS / MINUTE_STEPS, MINUTE_STEPS),
  hour: createRollingFigures((60 * MINUTE_MS) / HOUR_STEPS, HOUR_STEPS),
});

const figuresOf = ({ minute, hour }: Figures, now: number) => ({
  last_minute: minute.figures(now),
  last_hour: hour.figures(now),
});

/** Whether an operator must know about it. Mistakes of callers and cancelled calls are none. */
export function isFailure(outcome: CallOutcome): boolean {
  switch (outcome) {
    case 'ok':
    case 'redirect':
    case 'client_error':
    case 'bad_request':
    case 'canceled':
      return false;
    default:
      return true;
  }
}

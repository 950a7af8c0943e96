import type { Clock } from '../clock.js';
import type { CallOutcome, ObservedProcedure, Observer } from '../observe/observer.js';
import { silentObserver } from '../observe/observer.js';
import { createRollingFigures, type RollingFigures } from './rolling-figures.js';
import type { CallFigures, LastError, ProbeStatus } from './service-status.js';

/** What has happened to one service so far. */
export interface ServiceRecord {
  readonly in_flight: number;
  readonly last_error: LastError | null;
  readonly last_minute: CallFigures;
  readonly last_hour: CallFigures;
  readonly probe: ProbeStatus | null;
  /** Undefined without an alarm. */
  readonly alarm: { readonly reason: string; readonly raised_at: string } | undefined;
}

/** Records what happens to the services, for their status. */
export interface ServiceRecords {
  readonly observer: Observer;
  of(service: string): ServiceRecord;
  /** Forgets all other services. For a reload that removes services. */
  keepOnly(services: Iterable<string>): void;
}

interface Facts {
  inFlight: number;
  lastError: LastError | null;
  readonly minute: RollingFigures;
  readonly hour: RollingFigures;
  probe: ProbeStatus | null;
  alarm: ServiceRecord['alarm'];
}

const MINUTE_MS = 60_000;
/** The last minute has 6 steps, and the last hour has 60. */
const MINUTE_STEPS = 6;
const HOUR_STEPS = 60;

export function createServiceRecords(clock: Clock): ServiceRecords {
  const records = new Map<string, Facts>();

  function factsOf(service: string): Facts {
    let facts = records.get(service);
    if (facts === undefined) {
      facts = {
        inFlight: 0,
        lastError: null,
        minute: createRollingFigures(MINUTE_MS / MINUTE_STEPS, MINUTE_STEPS),
        hour: createRollingFigures(MINUTE_MS, HOUR_STEPS),
        probe: null,
        alarm: undefined,
      };
      records.set(service, facts);
    }
    return facts;
  }

  const now = (): string => new Date(clock.wall()).toISOString();

  function callEnded(
    { service, procedure }: ObservedProcedure,
    outcome: CallOutcome,
    durationMs: number,
    _attempts: number,
    id: string | undefined,
  ): void {
    const facts = factsOf(service);
    facts.inFlight--;
    const monotonic = clock.monotonic();
    const isError = isFailure(outcome);
    facts.minute.add(durationMs, isError, monotonic);
    facts.hour.add(durationMs, isError, monotonic);
    if (isError && id !== undefined) facts.lastError = { id, outcome, procedure, at: now() };
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
      const { inFlight, lastError, minute, hour, probe, alarm } = factsOf(service);
      const monotonic = clock.monotonic();
      return {
        in_flight: inFlight,
        last_error: lastError,
        last_minute: minute.figures(monotonic),
        last_hour: hour.figures(monotonic),
        probe,
        alarm,
      };
    },

    keepOnly(services) {
      const kept = new Set(services);
      for (const service of records.keys()) if (!kept.has(service)) records.delete(service);
    },
  };
}

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

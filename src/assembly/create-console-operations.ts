import type { ConsoleOperations } from '../admin/console-operations.js';
import { effectiveKeys } from '../config/effective-keys.js';
import type { LoadedConfig } from '../config/model.js';
import type { CallableProcedure, Service } from '../gateway/service.js';
import type { TrialCalls } from '../gateway/trials/trial-calls.js';
import { trialForm } from '../gateway/trials/trial-form.js';
import { previewTrial } from '../gateway/trials/trial-preview.js';
import type { Mode } from '../modes/mode.js';
import type { ActionOutcome } from '../status/actions.js';
import type { LiveCallFeed } from '../status/live-call-feed.js';
import type { ServiceRecords } from '../status/service-records.js';
import { slowestProcedures } from '../status/slowest-procedures.js';
import type { StateChanges } from '../status/state-changes.js';
import type { StatusEvent } from '../status/status-event.js';
import type { ProcedurePlace } from '../status/trial.js';
import { firstProblems } from './first-problems.js';

/** What the console's data comes from. A reload may change it, so it is asked for each time. */
export interface ConsoleSources {
  readonly services: () => readonly Service[];
  readonly records: ServiceRecords;
  readonly statusEvent: () => StatusEvent;
  readonly changes: Pick<StateChanges, 'follow' | 'note'>;
  readonly liveCalls: Pick<LiveCallFeed, 'follow'>;
  readonly config: () => LoadedConfig;
  readonly trials: Pick<TrialCalls, 'begin'>;
  readonly userAgent: string;
  readonly uuid: () => string;
  /** Undefined before the start. */
  readonly mode: () => Pick<Mode, 'realmDetail' | 'killSession'> | undefined;
}

const NOT_STARTED: ActionOutcome = { kind: 'unknown', reason: 'the gateway has no realms yet' };

export function createConsoleOperations(sources: ConsoleSources): ConsoleOperations {
  const { services, records, statusEvent, changes, liveCalls, config, trials, mode } = sources;

  function findProcedure({ realm, uri }: ProcedurePlace): CallableProcedure | undefined {
    for (const { procedures } of services()) {
      for (const procedure of procedures) {
        const { settings } = procedure.config;
        if (settings.uri === uri && settings.realm === realm) return procedure;
      }
    }
    return undefined;
  }

  const areCallsAllowed = (): boolean => config().admin.console_calls;

  return {
    serviceDetail(name) {
      if (!services().some((service) => service.name === name)) return undefined;
      return {
        procedures: records.trafficOf(name),
        errors: records.of(name).failures,
        history: records.historyOf(name),
      };
    },
    traffic: () => slowestProcedures(services().flatMap(({ name }) => records.trafficOf(name))),
    history: () => Object.fromEntries(services().map(({ name }) => [name, records.historyOf(name)])),
    trialForm(place) {
      const found = findProcedure(place);
      const service = config().services.find(({ name }) => name === found?.config.service);
      if (found === undefined || service === undefined) return undefined;
      return { ...trialForm(service, found.config), calls_allowed: areCallsAllowed() };
    },
    previewTrial: (place, kwargs) => findProcedure(place) && previewTrial(config(), place, kwargs, sources),
    callTrial(place, kwargs) {
      const found = findProcedure(place);
      if (found === undefined) return { kind: 'unknown' };
      return areCallsAllowed() ? trials.begin(found, kwargs) : { kind: 'off' };
    },
    realmDetail: (realm) => mode()?.realmDetail(realm),
    killSession(realm, id) {
      const outcome = mode()?.killSession(realm, id) ?? NOT_STARTED;
      if (outcome.kind === 'done') changes.note();
      return outcome;
    },
    configurationDetail: () => ({
      ...effectiveKeys(config()),
      notices: firstProblems(config().notices, 'notices'),
    }),
    statusEvent,
    onChange: changes.follow,
    watchCalls: liveCalls.follow,
  };
}

import type { ConsoleOperations } from './admin/console-operations.js';
import type { Service } from './gateway/service.js';
import type { LiveCallFeed } from './status/live-call-feed.js';
import type { ServiceRecords } from './status/service-records.js';
import type { StateChanges } from './status/state-changes.js';
import type { StatusEvent } from './status/status-event.js';

/** What the console's data comes from. A reload may change it, so it is asked for each time. */
export interface ConsoleSources {
  readonly services: () => readonly Service[];
  readonly records: ServiceRecords;
  readonly statusEvent: () => StatusEvent;
  readonly changes: Pick<StateChanges, 'follow'>;
  readonly liveCalls: Pick<LiveCallFeed, 'follow'>;
}

export function createConsoleOperations(sources: ConsoleSources): ConsoleOperations {
  const { services, records, statusEvent, changes, liveCalls } = sources;
  return {
    serviceDetail(name) {
      if (!services().some((service) => service.name === name)) return undefined;
      return {
        procedures: records.trafficOf(name),
        errors: records.of(name).failures,
        history: records.historyOf(name),
      };
    },
    history: () => Object.fromEntries(services().map(({ name }) => [name, records.historyOf(name)])),
    statusEvent,
    onChange: changes.follow,
    watchCalls: liveCalls.follow,
  };
}

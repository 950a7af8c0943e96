import type { ConsoleOperations } from './admin/console-operations.js';
import type { Service } from './gateway/service.js';
import type { ServiceRecords } from './status/service-records.js';

/** What the console's data comes from. A reload may change it, so it is asked for each time. */
export interface ConsoleSources {
  readonly services: () => readonly Service[];
  readonly records: ServiceRecords;
}

export function createConsoleOperations({ services, records }: ConsoleSources): ConsoleOperations {
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
  };
}

import type { ServiceDetail, TrafficHistory } from '../status/service-status.js';

/** What the console shows and does beyond the status. The gateway provides it. */
export interface ConsoleOperations {
  /** Undefined if there is no such service. */
  serviceDetail(service: string): ServiceDetail | undefined;
  /** The recent traffic of each service. */
  history(): Readonly<Record<string, TrafficHistory>>;
}

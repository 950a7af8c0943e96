import type { LiveCalls } from '../status/live-calls.js';
import type { ServiceDetail, TrafficHistory } from '../status/service-status.js';
import type { StatusEvent } from '../status/status-event.js';

/** What the console shows and does beyond the status. The gateway provides it. */
export interface ConsoleOperations {
  /** Undefined if there is no such service. */
  serviceDetail(service: string): ServiceDetail | undefined;
  /** The recent traffic of each service. */
  history(): Readonly<Record<string, TrafficHistory>>;
  /** The status, without the procedures. */
  statusEvent(): StatusEvent;
  /**
   * Calls `onChange` whenever the state of a service, a link or the gateway has changed.
   *
   * @returns ends it
   */
  onChange(onChange: () => void): () => void;
  /**
   * Calls `receive` with the calls that end, in batches.
   *
   * @returns ends it
   */
  watchCalls(receive: (batch: LiveCalls) => void): () => void;
}

import type { Observer } from '../observe/observer.js';
import type { Turns } from '../turns.js';
import { createCounters } from './counters.js';
import type { Exposition } from './exposition.js';
import type { MeasuredStatus } from './gauges.js';
import type { MeasuredParts } from './measured-parts.js';

/** The metrics of one gateway, for `GET /metrics`. */
export interface Metrics {
  /** Counts what happens. Give it to every room. */
  readonly observer: Observer;
  /**
   * Sets what is measured. The series of parts that are gone vanish, new ones start with 0, and the
   * others keep their values.
   */
  setParts(parts: MeasuredParts): void;
  /**
   * Writes all metrics in the text format of Prometheus, as UTF-8. Scrapes at the same time get the
   * same text.
   */
  text(): Promise<Buffer>;
  /** Loads prom-client. Without it, the first scrape would block the event loop for 100 ms. */
  prepare(): Promise<void>;
}

export interface MetricsOptions {
  readonly parts: MeasuredParts;
  /** Reads the state of the gateway. Called once for each scrape. */
  readonly status: () => MeasuredStatus;
  readonly turns: Turns;
}

/**
 * Creates the metrics of one gateway.
 *
 * @example
 * ```ts
 * const metrics = createMetrics({ parts, status: () => gateway.status(), turns });
 * await metrics.prepare();
 * metrics.observer.eventPublished('com.example.myrealm');
 * console.log(String(await metrics.text()));
 * ```
 */
export function createMetrics({ parts, status, turns }: MetricsOptions): Metrics {
  const counters = createCounters();
  let measured = parts;
  counters.setParts(parts);
  let exposition: Exposition | undefined;
  let running: Promise<Buffer> | undefined;

  async function load(): Promise<Exposition> {
    const { createExposition } = await import('./exposition.js');
    exposition ??= createExposition(counters, turns);
    return exposition;
  }

  async function write(): Promise<Buffer> {
    const { write } = exposition ?? (await load());
    return write({ parts: measured, status: status() });
  }

  return {
    observer: counters.observer,
    setParts(next) {
      measured = next;
      counters.setParts(next);
    },
    text() {
      running ??= write().finally(() => {
        running = undefined;
      });
      return running;
    },
    async prepare() {
      await load();
    },
  };
}

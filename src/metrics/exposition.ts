import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { inTurns, lastInTurn, type Turns } from '../turns.js';
import { COUNTERS, type Counters, PART_HISTOGRAMS } from './counters.js';
import type { Sample } from './counts.js';
import { FAMILIES, type FamilyName, PREFIX } from './families.js';
import { GAUGES, type GaugeName, type Scene } from './gauges.js';
import { writeProcedures } from './procedure-text.js';
import { headText, histogramText, labelsText } from './series-text.js';
import { createTextBytes, type TextBytes } from './text-bytes.js';

/** Writes the metrics of one gateway as text. */
export interface Exposition {
  /** @param scene the state of the gateway at the moment of the scrape */
  write(scene: Scene): Promise<Buffer>;
}

/** The metrics of prom-client that count objects inside Node.js. Operators do not need them. */
const UNUSED = 'nodejs_active_';

/** prom-client writes this many metrics in one turn. */
const NAMES_PER_TURN = 8;

/** About how long the text of a procedure is. */
const FIRST_BYTES = 4096;

/**
 * Creates the exposition. This is the only file that knows prom-client. Each gateway has a registry
 * of its own, so several gateways can live in one process.
 */
export function createExposition(counters: Counters, turns: Turns): Exposition {
  const registry = new Registry();
  let scene: Scene | undefined;
  let length = 0;

  const configOf = (name: FamilyName) => ({
    name: PREFIX + name,
    help: FAMILIES[name].help,
    labelNames: FAMILIES[name].labels,
    registers: [registry],
  });

  for (const name of COUNTERS) {
    new Counter<string>({
      ...configOf(name),
      collect() {
        this.reset();
        for (const { labels, value } of counters.samples(name)) this.inc(labelled(name, labels), value);
      },
    });
  }
  for (const name of Object.keys(GAUGES) as GaugeName[]) {
    new Gauge<string>({
      ...configOf(name),
      collect() {
        this.reset();
        const samples: readonly Sample[] = scene === undefined ? [] : GAUGES[name](scene);
        for (const { labels, value } of samples) this.set(labelled(name, labels), value);
      },
    });
  }
  collectDefaultMetrics({ register: registry });
  const names = registry
    .getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(UNUSED));

  function* writeHistograms(text: TextBytes): Generator<void, void> {
    for (const name of PART_HISTOGRAMS) {
      text.add(headText(name));
      for (const { part, durations } of counters.durations(name)) {
        text.add(histogramText(name, labelsText({ service: part }), durations));
        yield;
      }
    }
  }

  return {
    // Writes in several turns of the event loop, so that calls do not wait.
    async write(current) {
      scene = current;
      const procedures = counters.procedures();
      // The next text is about as long as the last one.
      const text = createTextBytes(length > 0 ? length + length / 8 : procedures.length * FIRST_BYTES);
      await inTurns(turns, writeProcedures(procedures, text));
      await inTurns(turns, writeHistograms(text));
      for (const [index, name] of names.entries()) {
        if (index % NAMES_PER_TURN === 0) await lastInTurn(turns);
        text.add(`${await registry.getSingleMetricAsString(name)}\n`);
      }
      const bytes = text.all();
      length = bytes.length;
      return bytes;
    },
  };
}

const labelled = (name: FamilyName, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(FAMILIES[name].labels.map((label, index) => [label, values[index] as string]));

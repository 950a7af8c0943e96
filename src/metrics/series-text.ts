import { BUCKETS, type Durations } from './durations.js';
import { FAMILIES, type FamilyName, PREFIX } from './families.js';

/*
 * The text format of Prometheus, for the series that prom-client cannot write. With 1,000
 * procedures there are 34,000 series. prom-client needs 100 ms to write them and blocks the event
 * loop meanwhile. See https://prometheus.io/docs/instrumenting/exposition_formats/.
 */

/** The lines that come before the series of a name. */
export function headText(name: FamilyName): string {
  const { help, type } = FAMILIES[name];
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} ${type}\n`;
}

/** Formats labels, as in `service="billing",procedure="com.billing.get_invoice"`. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const BUCKET_ENDS = [...BUCKETS.map(String), '+Inf'].map((limit) => `,le="${limit}"} `);

/** @param labels from {@link labelsText} */
export function histogramText(name: FamilyName, labels: string, durations: Durations): string {
  const begin = `${PREFIX}${name}_bucket{${labels}`;
  let text = '';
  let count = 0;
  for (let place = 0; place < BUCKET_ENDS.length; place++) {
    count += durations.counts[place] as number;
    text += `${begin}${BUCKET_ENDS[place]}${count}\n`;
  }
  const seconds = durations.sumMs / 1000;
  return `${text}${PREFIX}${name}_sum{${labels}} ${seconds}\n${PREFIX}${name}_count{${labels}} ${count}\n`;
}

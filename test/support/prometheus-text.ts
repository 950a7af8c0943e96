/** The series of a text in Prometheus' format. */
export interface ScrapedMetrics {
  /** The value of a series, such as `rpc_gateway_service_up{service="billing"}`. */
  value(series: string): number | undefined;
  /** The names of all series, with their labels. */
  readonly series: readonly string[];
  /** The names of all metrics, as TYPE has them. */
  readonly names: readonly string[];
  /** The sum of all series of a name whose labels contain these. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Reads a text in Prometheus' format. It reads only what the gateway writes. */
export function readMetrics(text: string): ScrapedMetrics {
  const values = new Map<string, number>();
  const names: string[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) /.exec(line);
    if (type !== null) names.push(type[1]!);
    const sample = /^([^#\s][^{\s]*(?:\{.*\})?) (\S+)$/.exec(line);
    if (sample === null) continue;
    if (values.has(sample[1]!)) throw new Error(`the series ${sample[1]} is there twice`);
    values.set(sample[1]!, Number(sample[2]));
  }
  return {
    value: (series) => values.get(series),
    series: [...values.keys()],
    names,
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      let sum = 0;
      for (const [series, value] of values) {
        const [own, shown = ''] = series.split('{', 2);
        if (own === name && wanted.every((label) => shown.includes(label))) sum += value;
      }
      return sum;
    },
  };
}

import { parse } from 'yaml';
import { readDocument } from './documents.js';

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
}

export interface Dashboard {
  readonly rows: readonly string[];
  readonly panels: readonly Panel[];
  /** All queries: those of panels, of variables and of annotations. */
  readonly queries: readonly string[];
  readonly variables: readonly string[];
}

/** Reads deploy/grafana/dashboard.json. */
export function readDashboard(): Dashboard {
  const { panels, templating, annotations } = JSON.parse(readDocument('deploy/grafana/dashboard.json')) as {
    panels: Panel[];
    templating: { list: Variable[] };
    annotations: { list: { expr: string }[] };
  };
  const variables = templating.list;
  return {
    rows: panels.filter(({ type }) => type === 'row').map(({ title }) => title),
    panels: panels.filter(({ type }) => type !== 'row'),
    queries: [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...annotations.list.map(({ expr }) => expr),
      // label_values(SELECTOR, LABEL) is a function of Grafana, not of Prometheus.
      ...variables.flatMap(
        ({ definition }) => /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1] ?? [],
      ),
    ],
    variables: variables.map(({ name }) => name),
  };
}

/** Puts values in the place of Grafana's variables, as Grafana does before it asks Prometheus. */
export function withoutVariables(query: string): string {
  return query.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*').replaceAll('$service', '.*');
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads deploy/prometheus/alerts.yml. */
export function readAlerts(): readonly AlertRule[] {
  const { groups } = parse(readDocument('deploy/prometheus/alerts.yml')) as {
    groups: { rules: AlertRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

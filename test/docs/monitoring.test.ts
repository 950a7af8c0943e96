import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FAMILIES } from '../../src/metrics/families.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { createTurns } from '../../src/turns.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { readAlerts, readDashboard } from '../support/monitoring.js';
import { readMetrics } from '../support/prometheus-text.js';

/** The names in a PromQL query: those of the gateway, and those of prom-client. */
const namesIn = (query: string): string[] =>
  [...query.matchAll(/\b(?:rpc_gateway|nodejs|process)_\w+/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  );

async function exposedNames(): Promise<readonly string[]> {
  const metrics = createMetrics({
    parts: { services: [], procedures: [], realms: [], listeners: [], mode: 'embedded' },
    status: () => ({
      version: '1.0.0',
      node_version: '20.0.0',
      configuration: { file: null, hash: '', loaded_at: '2026-01-01T00:00:00Z', last_reload: null },
      realms: [],
      services: [],
      listeners: [],
      attached_sessions: [],
    }),
    turns: createTurns({ monotonic: () => performance.now() }),
  });
  return readMetrics(String(await metrics.text())).names;
}

describe('deploy/grafana/dashboard.json', () => {
  const { rows, queries, panels, variables } = readDashboard();

  it('has a row for each topic', () => {
    expect(rows).toEqual(['Overview', 'Services', 'Latency', 'Tokens and secrets', 'Router', 'Process']);
  });

  it('lets the reader choose the data source, the job and the service', () => {
    expect(variables).toEqual(['datasource', 'job', 'service']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
    const datasource = { type: 'prometheus', uid: '${datasource}' };
    for (const panel of panels) expect(panel.datasource, panel.title).toEqual(datasource);
  });

  it('asks only for metrics that the gateway has, and shows each of them', async () => {
    const used = queries.flatMap(namesIn);
    const exposed = await exposedNames();
    expect(used.filter((name) => !exposed.includes(name))).toEqual([]);
    const own = Object.keys(FAMILIES).map((name) => `rpc_gateway_${name}`);
    expect(own.filter((name) => !used.includes(name))).toEqual([]);
  });

  it('has no two panels in one place', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('deploy/prometheus/alerts.yml', () => {
  const alerts = readAlerts();
  const names = alerts.map(({ alert }) => alert);
  const runbooks = readDocument('docs/runbooks.md');

  it('asks only for metrics that the gateway has', async () => {
    const exposed = await exposedNames();
    const used = alerts.flatMap(({ expr }) => namesIn(expr));
    expect(used.filter((name) => !exposed.includes(name))).toEqual([]);
  });

  it.each(alerts)(
    'says how bad $alert is, what happened, and where its runbook is',
    ({ alert, labels, annotations }) => {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook']);
      expect(annotations.runbook).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
    },
  );

  it('has a runbook for each alert, with the same parts', () => {
    const sections = runbooks.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(names);
    const parts = ['What it means.', 'What callers see.', 'Check first.', 'Likely causes.', 'What to do.'];
    for (const section of sections) {
      const found = [...section.matchAll(/^\*\*([^*]+)\*\*/gm)].map((match) => match[1]);
      expect(found, section.slice(0, 40)).toEqual(parts);
    }
  });

  it('has its alerts in the table of docs/operations.md', () => {
    const table = tableBelow(readDocument('docs/operations.md'), '### Alerts');
    expect(table.map(([alert, , severity]) => [alert, severity])).toEqual(
      alerts.map(({ alert, labels }) => [`[${alert}](runbooks.md#${alert.toLowerCase()})`, labels.severity]),
    );
  });

  it('has a test for each alert', () => {
    const { tests } = parse(readDocument('deploy/prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const cases = tests.flatMap((test) => test.alert_rule_test);
    for (const name of names) {
      const expected = cases
        .filter(({ alertname }) => alertname === name)
        .map(({ exp_alerts }) => exp_alerts.length);
      expect(expected, name).toEqual(expect.arrayContaining([0, 1]));
    }
  });
});

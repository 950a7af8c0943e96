import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.js';
import { endProgram, startProgram } from '../../support/processes.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const run = promisify(execFile);

export const ALERTS = fileURLToPath(new URL('../../../deploy/prometheus/alerts.yml', import.meta.url));
export const ALERT_TESTS = fileURLToPath(
  new URL('../../../deploy/prometheus/alerts.test.yml', import.meta.url),
);

/** Whether Prometheus and promtool are installed. In CI they must be. */
export const hasPrometheus: boolean = await run('promtool', ['--version']).then(
  () => true,
  () => {
    const missing = 'Prometheus is not installed: apt-get install prometheus';
    if (process.env['CI']) throw new Error(missing);
    console.warn(`skipped: ${missing}`);
    return false;
  },
);

/** Runs promtool. Resolves with everything that it prints; rejects if it finds a mistake. */
export async function promtool(args: readonly string[], input = ''): Promise<string> {
  const ended = run('promtool', [...args]);
  ended.child.stdin?.end(input);
  const { stdout, stderr } = await ended;
  return stdout + stderr;
}

/** One series of a query's result. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Prometheus {
  /** The result of a query, now. Rejects if Prometheus does not understand it. */
  query(query: string): Promise<readonly Sample[]>;
  /** The health of each alert: `ok`, `err` or `unknown` before its first evaluation. */
  ruleHealth(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** Starts a Prometheus that scrapes `targets` every 250 ms, with the alerts of deploy. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = createTemporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = {
    global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
    rule_files: [ALERTS],
    scrape_configs: [{ job_name: 'rpc-gateway', static_configs: [{ targets }] }],
  };
  // JSON is YAML too.
  const file = folder.write('prometheus.yml', JSON.stringify(config));
  const { child, output } = startProgram('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${folder.path}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);

  async function get(path: string): Promise<unknown> {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${output()}`);
    const response = await fetch(url + path);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: unknown;
      error?: string;
    };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }

  return {
    async query(query) {
      const data = await get(`/api/v1/query?query=${encodeURIComponent(query)}`);
      return (data as { result: readonly Sample[] }).result;
    },
    async ruleHealth() {
      const { groups } = (await get('/api/v1/rules')) as {
        groups: { rules: { name: string; health: string }[] }[];
      };
      return Object.fromEntries(
        groups.flatMap(({ rules }) => rules.map(({ name, health }) => [name, health])),
      );
    },
    async close() {
      await endProgram(child, 'SIGKILL');
      folder.remove();
    },
  };
}

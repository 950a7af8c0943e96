/** The command `rpc-gateway start`, as users run it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.js';

const COMMAND = join(import.meta.dirname, '..', 'bin', 'rpc-gateway.js');

/**
 * Measures the command from its start until it prints the ready line.
 *
 * @param {string} folder for the configuration
 * @param {{ procedures: number, router?: string, lines?: string[] }} options `router` is the URL of the router that it joins,
 *   `lines` are more lines of the configuration
 * @returns {Promise<{ pid: number, child: import('node:child_process').ChildProcess, readyMs: number, url?: string }>}
 */
export async function startCommand(folder, { procedures, router, lines: more = [] }) {
  const service = 'rpc_gateway.services.billing';
  const lines = Array.from(
    { length: procedures },
    (_, index) => `${service}.procedures.p${index}.uri = com.billing.p${index}
${service}.procedures.p${index}.realm = com.example.myrealm
${service}.procedures.p${index}.path = /p/${index}/{{id}}`,
  );
  const config = join(folder, `${procedures}.conf`);
  const place =
    router === undefined ? 'listeners.main.port = 0' : `router.url = ${router}\nlisteners.none.enabled = off`;
  writeFileSync(
    config,
    `${place}\nlog.level = warn\n${service}.base_url = http://127.0.0.1:9\n${[...lines, ...more].join('\n')}\n`,
  );
  const begun = performance.now();
  let line = '';
  const isReady = async (child) => {
    for await (const chunk of child.stdout) {
      line += chunk;
      if (line.includes('\n')) return;
    }
  };
  const gateway = await run(process.execPath, [COMMAND, 'start', '--config', config], isReady, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { ...gateway, readyMs: performance.now() - begun, url: /ws:\S+/.exec(line)?.[0] };
}

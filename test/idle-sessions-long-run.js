#!/usr/bin/env node
/**
 * The long run of test/e2e/transport/idle-sessions.test.ts: ten thousand idle sessions over each transport, or as many as the
 * first argument says. Prints what each takes of the gateway's memory. Wants the package built, and as many open files
 * allowed (ulimit -n) as there are sessions, and some more.
 *
 *   node test/idle-sessions-long-run.js [SESSIONS]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const sessions = Number(process.argv[2] ?? 10_000);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/e2e/transport/idle-sessions.test.ts', '--testTimeout=0', '--reporter=verbose'],
  { stdio: 'inherit', env: { ...process.env, IDLE_SESSIONS: String(sessions) } },
);
process.exitCode = status ?? 1;

#!/usr/bin/env node
/**
 * The long run of test/properties/requests.test.ts and text-requests.test.ts: a million sets of kwargs, or as many as the first argument says.
 *
 *   node test/requests-long-run.js [SETS]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const sets = Number(process.argv[2] ?? 1_000_000);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    'test/properties/requests.test.ts',
    'test/properties/text-requests.test.ts',
    '--testTimeout=0',
    '--reporter=verbose',
  ],
  { stdio: 'inherit', env: { ...process.env, REQUEST_SETS: String(sets) } },
);
process.exitCode = status ?? 1;

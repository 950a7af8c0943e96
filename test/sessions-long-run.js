#!/usr/bin/env node
/**
 * The long run of test/properties/sessions.test.ts: 100,000 frames to sessions for each transport and serializer, and a
 * tenth of them in the place of HELLO; or as many as the first argument says, from the seed that the second one says.
 *
 *   node test/sessions-long-run.js [FRAMES] [SEED]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const frames = process.argv[2] ?? '100000';
const seed = process.argv[3] ?? String(Date.now() % 2 ** 31);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/properties/sessions.test.ts', '--testTimeout=0', '--reporter=verbose'],
  { stdio: 'inherit', env: { ...process.env, SESSION_FRAMES: frames, SESSION_FRAMES_SEED: seed } },
);
process.exitCode = status ?? 1;

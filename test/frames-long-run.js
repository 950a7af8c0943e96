#!/usr/bin/env node
/**
 * The long run of the serializers' properties: 100,000 frames for each, or as many as the first argument says, from the
 * seed that the second one says, and round trips of 2,000 payloads for each pair.
 *
 *   node test/frames-long-run.js [FRAMES] [SEED]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const frames = process.argv[2] ?? '100000';
const seed = process.argv[3] ?? String(Date.now() % 2 ** 31);
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    'test/properties/frames.test.ts',
    'test/properties/text-frames.test.ts',
    'test/properties/serializers.test.ts',
    '--testTimeout=0',
    '--reporter=verbose',
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, FRAMES: frames, FRAMES_SEED: seed, SERIALIZER_RUNS: '2000' },
  },
);
process.exitCode = status ?? 1;

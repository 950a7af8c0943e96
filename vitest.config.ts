import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** They put a mock in the place of a module, which must not reach other files. */
const MOCKING = ['src/config/suggest-cost.test.ts'];

const limits = { testTimeout: 20_000, hookTimeout: 20_000 };

export default defineConfig({
  test: {
    // One more than there are processors: some tests wait for real time, such as that of idle connections.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'shared',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/interop/**', '**/node_modules/**', ...MOCKING],
          // Modules are loaded once for a worker, not once for a file: there is no global state that a test could leave behind.
          isolate: false,
          ...limits,
        },
      },
      { test: { name: 'mocking', include: MOCKING, ...limits } },
    ],
  },
});

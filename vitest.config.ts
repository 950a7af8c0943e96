import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They put a mock in the place of a module, which must not reach other files. */
const MOCKING = ['src/config/suggest-cost.test.ts'];

/** They wait 10 s and more of real time: if they started last, the processors would be idle meanwhile. */
const WAITING = ['test/e2e/operation/upstream-faults.test.ts', 'test/e2e/http/idle-connections.test.ts'];

/** Vitest's own order, after the files that wait. Vitest wants a class. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification) => WAITING.some((file) => moduleId.endsWith(file));
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

const limits = { testTimeout: 20_000, hookTimeout: 20_000 };

export default defineConfig({
  test: {
    // One more than there are processors: some tests wait for real time, such as that of idle connections.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: WaitingFirst },
    projects: [
      {
        test: {
          name: 'shared',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/interop/**', 'test/corpus/**', '**/node_modules/**', ...MOCKING],
          // Modules are loaded once for a worker, not once for a file: there is no global state that a test could leave behind.
          isolate: false,
          ...limits,
        },
      },
      { test: { name: 'mocking', include: MOCKING, ...limits } },
    ],
  },
});

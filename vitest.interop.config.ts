import { defineConfig } from 'vitest/config';

/** Tests that need more than Node: Python clients, other routers, a browser. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A client that drops its connection leaves hundreds of pairs without an answer, each for the whole of its time.
    bail: 10,
  },
});

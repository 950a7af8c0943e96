import { defineConfig } from 'vitest/config';

/** Tests that need more than Node: Python clients, other routers, a browser. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';

/** Tests with real OpenAPI documents, in the folder that OPENAPI_CORPUS names. */
export default defineConfig({
  test: { include: ['test/corpus/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 20_000 },
});

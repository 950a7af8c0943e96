import { defineConfig } from 'vitest/config';

/** Tests with real OpenAPI documents: see test/corpus/documents.ts. */
export default defineConfig({
  test: { include: ['test/corpus/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 20_000 },
});

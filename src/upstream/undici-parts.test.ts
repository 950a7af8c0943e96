import { readFileSync } from 'node:fs';
import { buildConnector, Client } from 'undici';
import { describe, expect, it } from 'vitest';

const MOVED =
  'undici has moved this file: see where its index.js takes it from now, and mend connection-pool.ts and undici-parts.d.ts';

describe('the files of undici that are imported by their place', () => {
  it.each([
    { path: 'undici/lib/dispatcher/client.js', exported: Client },
    { path: 'undici/lib/core/connect.js', exported: buildConnector },
  ])('$path is what undici exports', async ({ path, exported }) => {
    const found = await import(path).catch(() => ({}));
    expect(found.default, MOVED).toBe(exported);
  });

  it('stay where they are, since the package wants one version of undici', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(manifest.dependencies.undici).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

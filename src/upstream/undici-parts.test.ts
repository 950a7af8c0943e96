import { readFileSync } from 'node:fs';
import { buildConnector, Client } from 'undici';
import { describe, expect, it } from 'vitest';

const MOVED =
  'undici has moved this file: look up its new path in the index.js of undici, and change connection-pool.ts, connector.ts and undici-parts.d.ts';

describe('the internal files of undici that we import', () => {
  it.each([
    { path: 'undici/lib/dispatcher/client.js', exported: Client },
    { path: 'undici/lib/core/connect.js', exported: buildConnector },
  ])('export what the entry of undici exports: $path', async ({ path, exported }) => {
    const found = await import(path).catch(() => ({}));
    expect(found.default, MOVED).toBe(exported);
  });

  it('cannot move, because package.json names one version of undici', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(manifest.dependencies.undici).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageVersion } from './version.js';

it('packageVersion is the version of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(packageVersion()).toBe(manifest.version);
});

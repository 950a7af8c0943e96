import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HADOLINT = join(ROOT, 'node_modules/.cache/hadolint/bin/hadolint');
const available = existsSync(HADOLINT);
const WHY = 'no hadolint: run test/interop/install-hadolint';
if (!available && process.env['CI']) throw new Error(WHY);
if (!available) console.warn(`skipped: ${WHY}`);

const FILES = readdirSync(join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('Dockerfile'),
);

/** A number as the user is only for Kubernetes, and nobody runs Crossbar.io's image there. */
const IGNORED: Readonly<Record<string, readonly string[]>> = {
  'crossbar/Dockerfile': ['--ignore', 'DL3066'],
};

describe.skipIf(!available)('hadolint', () => {
  it.each(FILES)('finds nothing in deploy/%s', (name) => {
    const words = [...(IGNORED[name] ?? []), '--failure-threshold', 'style', join(ROOT, 'deploy', name)];
    const { status, stdout } = spawnSync(HADOLINT, words, { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

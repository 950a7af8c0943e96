import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GATEWAY_SCOPES, TOP_SCOPES } from './scopes.js';
import { type KeyTable, settingNameOf } from './spec.js';

const SOURCES = fileURLToPath(new URL('../..', import.meta.url));
/** These rooms describe and check keys, but nothing happens there. */
const WITHOUT_EFFECTS = /^(?:config\/(?:schema|checks)|cli|reload)\//;

const code = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !WITHOUT_EFFECTS.test(file))
  .map((file) => readFileSync(`${SOURCES}/${file}`, 'utf8'))
  .join('\n');
/** Settings are read as `settings['pool.size']`, `settings.timeout` or `const { timeout } = settings`. */
const words = new Set(code.match(/(?<=')[\w.]+(?=')|[A-Za-z_]\w*/g));

/** Allows one value only, so nothing needs to read it. */
const ONE_VALUE = 'services.$service.auth_mod';

const NAMES = [...GATEWAY_SCOPES, ...TOP_SCOPES].flatMap(({ path, keys }) =>
  Object.entries(keys as KeyTable).map(
    ([key, spec]) => [`${path}.${key}`, settingNameOf(key, spec)] as const,
  ),
);

describe('a key of the schema', () => {
  it.each(NAMES.filter(([key]) => key !== ONE_VALUE))('is read by code: %s', (_, setting) => {
    expect(words.has(setting)).toBe(true);
  });
});

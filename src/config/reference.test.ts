import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderReference } from './reference.js';
import { GATEWAY_SCOPES, TOP_SCOPES } from './schema/scopes.js';

const reference = renderReference();

describe('the configuration reference', () => {
  it('is equal to docs/reference/configuration.md (if not, run "npm run docs")', () => {
    const path = new URL('../../docs/reference/configuration.md', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(reference);
  });

  it('has a row for every key', () => {
    for (const { keys } of [...GATEWAY_SCOPES, ...TOP_SCOPES]) {
      for (const key of Object.keys(keys)) expect(reference).toContain(`| \`${key}`);
    }
    expect(reference).toContain('| `timeout` | duration |');
  });
});

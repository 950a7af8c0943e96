import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from './families.js';
import { renderMetricsReference } from './reference.js';

const reference = renderMetricsReference();

describe('the metrics reference', () => {
  it('is equal to docs/reference/metrics.md (if not, run "npm run docs")', () => {
    const path = new URL('../../docs/reference/metrics.md', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(reference);
  });

  it('has a row for every metric', () => {
    for (const name of Object.keys(FAMILIES)) expect(reference).toContain(`| \`rpc_gateway_${name}\` |`);
  });

  it('lists the fixed values of every label that has some', () => {
    const kinds = ['outcome', 'result', 'reason', 'authmethod'];
    for (const [name, { labels }] of Object.entries(FAMILIES)) {
      for (const label of labels.filter((each) => kinds.includes(each))) {
        expect(reference).toMatch(new RegExp(`\\| \`${label}\` of .*\`${name}\``));
      }
    }
  });
});

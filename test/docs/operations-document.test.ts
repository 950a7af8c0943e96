import { describe, expect, it } from 'vitest';
import { LISTENER_KEYS } from '../../src/config/schema/listener.js';
import { SECURITY_KEYS } from '../../src/config/schema/security.js';
import { WAMP_KEYS } from '../../src/config/schema/wamp.js';
import { readDocument, tableBelow } from '../support/documents.js';

describe('docs/operations.md', () => {
  it('names every limit there is', () => {
    const known = [
      ...Object.keys(WAMP_KEYS).map((key) => `wamp.${key}`),
      ...Object.keys(LISTENER_KEYS).map((key) => `listeners.$name.${key}`),
      ...Object.keys(SECURITY_KEYS).map((key) => `security.${key}`),
    ];
    const limits = known.filter((key) => /\.(?:max_|.*_timeout$|ping_)/.test(key));
    expect(limits.length).toBeGreaterThan(20);
    const table = tableBelow(readDocument('docs/operations.md'), '## Limits worth knowing');
    const named = new Set(table.flat().flatMap((cell) => cell.split(/[^\w.$]+/)));
    expect(limits.filter((key) => !named.has(key))).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

const SECRET = 'hunter2';

const DOCUMENT = [
  {
    uri: 'r',
    description: 'd',
    authmethods: ['wampcra'],
    security_enabled: true,
    users: [
      {
        username: 'alice',
        password: 'x',
        groups: ['staff'],
        authorized_keys: ['ab'.repeat(32)],
        enabled: true,
      },
      {
        username: 'bob',
        password: {
          protocol: 'cra',
          params: { kdf: 'pbkdf2', iterations: 9 },
          data: { salt: 's', salted_password: 'x' },
        },
      },
    ],
    groups: [{ name: 'staff', groups: [], meta: {} }],
    sources: [{ usernames: 'all', authmethod: 'wampcra', cidr: '::/0' }],
    grants: [
      { roles: ['staff'], permissions: ['wamp.call'], uri: 'a', match: 'exact' },
      { roles: 'all', permissions: [], resources: [{ uri: 'a', match: 'prefix' }] },
    ],
  },
];

/** The document with one value replaced by `put`. `at` selects the value at any depth. */
function withOneChanged(value: unknown, at: readonly number[], put: unknown): unknown {
  const [first, ...rest] = at;
  if (first === undefined || typeof value !== 'object' || value === null) return put;
  const names = Object.keys(value);
  if (names.length === 0) return put;
  const name = names[first % names.length]!;
  const changed = withOneChanged((value as Record<string, unknown>)[name], rest, put);
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === name ? changed : item));
  return { ...value, [name]: changed };
}

const anything = fc.anything({
  values: [
    fc.string(),
    fc.constant(SECRET),
    fc.constantFrom('all', 'anonymous', '__proto__', '', 'staff', '*', 'wamp.call', '0.0.0.0/0'),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  ],
  maxDepth: 2,
});

describe('any document as the security file', () => {
  it('is loaded, or refused with a ConfigError that does not quote it', () => {
    const paths = fc.array(fc.nat(12), { maxLength: 7 });
    fc.assert(
      fc.property(fc.array(fc.tuple(paths, anything), { minLength: 1, maxLength: 3 }), (changes) => {
        const document = changes.reduce<unknown>(
          (value, [at, put]) => withOneChanged(value, at, put),
          DOCUMENT,
        );
        const text = JSON.stringify(document) ?? '';
        try {
          parseConfig('security.config_file = s.json', { env: {}, readFile: () => text });
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          // Names of fields may appear in a message.
          const message = error.message.replaceAll(/: \$[^:]*/g, '');
          expect(message).not.toContain(SECRET);
        }
      }),
      { numRuns: 800 },
    );
  });
});

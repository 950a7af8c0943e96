import { describe, expect, it } from 'vitest';
import { LISTENER_KEYS } from '../../../src/config/schema/listener.js';
import { SECURITY_KEYS } from '../../../src/config/schema/security.js';
import { WAMP_KEYS } from '../../../src/config/schema/wamp.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { CALL_CASES } from '../../support/limit-cases/call-cases.js';
import { ENTRY_CASES } from '../../support/limit-cases/entry-cases.js';
import { start } from '../../support/limit-cases/limit-case.js';
import { MESSAGE_CASES } from '../../support/limit-cases/message-cases.js';
import { SESSION_CASES } from '../../support/limit-cases/session-cases.js';

const closeLater = closeAfterEach();
const CASES = [...ENTRY_CASES, ...CALL_CASES, ...MESSAGE_CASES, ...SESSION_CASES];

describe('the limits of the configuration', () => {
  it.each(CASES.map((one) => [one.keys.join(', '), one] as const))(
    'are enforced: %s',
    async (_keys, { lines, limited, otherwise, exceed }) => {
      expect(await exceed(await start(lines, closeLater))).toEqual(limited);
      if (otherwise !== undefined) expect(await exceed(await start([], closeLater))).toEqual(otherwise);
    },
  );

  it('have a case for each key', () => {
    const known = [
      ...Object.keys(WAMP_KEYS).map((key) => `wamp.${key}`),
      ...Object.keys(LISTENER_KEYS).map((key) => `listeners.test.${key}`),
      ...Object.keys(SECURITY_KEYS).map((key) => `security.${key}`),
    ];
    const limits = known.filter((key) => /\.(?:max_|.*_timeout$|ping_)/.test(key));
    expect(limits.length).toBeGreaterThan(20);
    expect(CASES.flatMap(({ keys }) => keys).sort()).toEqual(limits.sort());
  });
});

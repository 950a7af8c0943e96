import { describe, expect, it } from 'vitest';
import { keepLog } from '../../../test/support/log-lines.js';
import { WampError } from '../../wamp/wamp-error.js';
import { type Grant, OPEN_REALM, type RealmSecurity } from '../auth/realm-security.js';
import type { Session } from '../model.js';
import { createAuthorizer } from './grants-authorizer.js';

const CALL: Grant = {
  roles: ['staff'],
  permissions: ['call'],
  resources: [{ uri: 'com.a', match: 'exact' }],
};

const session = (roles: readonly string[], trusted = false): Session =>
  ({
    id: 7,
    realm: 'r',
    authid: 'joe',
    authrole: roles[0],
    authmethod: 'ticket',
    authprovider: 'static',
    transport: {},
    roles: new Set(roles),
    trusted,
  }) as unknown as Session;

function setUp(security: Partial<RealmSecurity>, answer: (args: readonly unknown[]) => unknown = () => true) {
  const asked: (readonly unknown[])[] = [];
  const log = keepLog();
  const authorizer = createAuthorizer(
    { ...OPEN_REALM, ...security },
    {
      realm: 'r',
      log: log.log,
      async call(_realm, _procedure, args) {
        asked.push(args);
        return { args: [answer(args)] };
      },
    },
  );
  return { ...authorizer, asked, log };
}

describe('what a session may do', () => {
  it('is everything if its realm declares no grants or disables security', () => {
    for (const security of [{}, { grants: [], securityEnabled: false }]) {
      expect(setUp(security).may(session(['all']), 'register', 'com.x', 'prefix')).toBe(true);
    }
  });

  it('is only what the grants allow its roles once the realm declares grants', () => {
    expect(setUp({ grants: [] }).may(session(['staff']), 'call', 'com.a', 'exact')).toBe(false);
    const { may } = setUp({ grants: [CALL] });
    expect(may(session(['staff']), 'call', 'com.a', 'exact')).toBe(true);
    expect(may(session(['staff']), 'publish', 'com.a', 'exact')).toBe(false);
    expect(may(session(['other', 'all']), 'call', 'com.a', 'exact')).toBe(false);
  });

  it('is everything for a session of this process', () => {
    expect(setUp({ grants: [] }).may(session([], true), 'register', 'com.a', 'exact')).toBe(true);
  });

  it('does not confuse sets of roles, whatever their order and number', () => {
    const { may } = setUp({ grants: [CALL] });
    for (let i = 0; i < 3000; i += 1)
      expect(may(session([`role${i}`]), 'call', 'com.a', 'exact')).toBe(false);
    expect(may(session(['x', 'staff']), 'call', 'com.a', 'exact')).toBe(true);
    expect(may(session(['staff', 'x']), 'call', 'com.a', 'exact')).toBe(true);
    expect(may(session(['staff,x']), 'call', 'com.a', 'exact')).toBe(false);
  });
});

describe('an authorizer', () => {
  const authorizer = 'com.example.authorize';

  it('is asked only about what no grant allows', async () => {
    const { may, asked } = setUp({ grants: [CALL], authorizer });
    const joe = session(['staff']);
    expect(may(joe, 'call', 'com.a', 'exact')).toBe(true);
    expect(asked).toEqual([]);
    expect(await may(joe, 'register', 'com.b', 'prefix')).toBe(true);
    const details = {
      session: 7,
      realm: 'r',
      authid: 'joe',
      authrole: 'staff',
      authmethod: 'ticket',
      authprovider: 'static',
      transport: {},
    };
    expect(asked).toEqual([[details, 'com.b', 'register', { match: 'prefix' }]]);
  });

  it.each([
    [true, true],
    [false, false],
    [{ allow: true }, true],
    [{ allow: false, disclose: true }, false],
    ['true', 'failed'],
    [null, 'failed'],
    [{}, 'failed'],
    [{ allow: 1 }, 'failed'],
  ])('that returns %j means %s', async (answer, verdict) => {
    expect(await setUp({ authorizer }, () => answer).may(session(['all']), 'call', 'com.a', 'exact')).toBe(
      verdict,
    );
  });

  it('that fails means failed, and the log has nothing of its error but the URI', async () => {
    const { may, log } = setUp({ authorizer }, () => {
      throw new WampError('com.example.broken', { args: ['S3CR3T'] });
    });
    expect(await may(session(['all']), 'call', 'com.a', 'exact')).toBe('failed');
    expect(log.records()).toMatchObject([
      { level: 'warn', procedure: authorizer, reason: 'com.example.broken' },
    ]);
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('is asked once per session about what it allows to cache, and each time about the rest', async () => {
    const { may, asked } = setUp({ authorizer }, ([, uri]) => ({
      allow: uri === 'com.a',
      cache: uri !== 'com.c',
    }));
    const [joe, ann] = [session(['all']), session(['all'])];
    for (let i = 0; i < 2; i += 1) {
      expect(await may(joe, 'call', 'com.a', 'exact')).toBe(true);
      expect(await may(joe, 'call', 'com.b', 'exact')).toBe(false);
      expect(await may(joe, 'call', 'com.c', 'exact')).toBe(false);
    }
    expect(asked.map(([, uri]) => uri)).toEqual(['com.a', 'com.b', 'com.c', 'com.c']);
    expect(may(joe, 'call', 'com.a', 'exact')).toBe(true);
    await may(ann, 'call', 'com.a', 'exact');
    await may(joe, 'publish', 'com.a', 'exact');
    await may(joe, 'call', 'com.a', 'prefix');
    expect(asked.length).toBe(7);
  });

  it('has at most a thousand cached decisions for a session', async () => {
    const { may, asked } = setUp({ authorizer }, () => ({ allow: true, cache: true }));
    const joe = session(['all']);
    for (let i = 0; i <= 1000; i += 1) await may(joe, 'call', `com.${i}`, 'exact');
    await may(joe, 'call', 'com.1000', 'exact');
    expect(asked.length).toBe(1001);
    await may(joe, 'call', 'com.0', 'exact');
    expect(asked.length).toBe(1002);
  });
});

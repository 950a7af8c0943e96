import { describe, expect, it } from 'vitest';
import type { RealmSecurity } from '../../../src/router/auth/realm-security.js';
import { createRouter } from '../../../src/router/router.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { LIMITS } from '../../support/limits.js';
import { byTicket, logIn } from '../../support/logins.js';
import { ALL_ROLES, attachRaw, hello, type RawClient } from '../../support/raw-client.js';

const ALICE = { username: 'alice', enabled: true, groups: [], authorizedKeys: [] };
const REALM: RealmSecurity = {
  authmethods: ['anonymous', 'ticket'],
  securityEnabled: true,
  users: new Map([['alice', { ...ALICE, password: { kind: 'plain', text: 'wonderland' } }]]),
  groups: new Map(),
};

/** A router whose clock stands still. */
function setUp() {
  const clock = createFakeClock();
  const router = createRouter({
    realms: ['r'],
    limits: LIMITS,
    allowAnonymous: true,
    agent: 'test',
    clock,
    security: { realms: new Map([['r', REALM]]), maxFailedLoginDelay: 1000, maxFailedLogins: 4 },
  });
  const connect = () => attachRaw(router.attach);
  /** Gives a wrong answer, and returns when the router has checked it. */
  async function fail(client: RawClient): Promise<void> {
    client.send([MESSAGE.HELLO, 'r', { roles: ALL_ROLES, ...byTicket('alice', '').details }]);
    expect(await client.next()).toEqual([MESSAGE.CHALLENGE, 'ticket', {}]);
    client.send([MESSAGE.AUTHENTICATE, 'wrong', {}]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { clock, router, connect, fail };
}

describe('failed logins', () => {
  it('are refused with growing delays', async () => {
    const { clock, router, connect, fail } = setUp();
    for (const delay of [250, 500, 1000, 1000]) {
      const client = connect();
      await fail(client);
      clock.advance(delay - 1);
      expect(client.unread).toBe(0);
      clock.advance(1);
      expect(await client.next()).toEqual([
        MESSAGE.ABORT,
        { message: 'the login failed' },
        'wamp.error.authentication_denied',
      ]);
    }
    expect(router.counts().connections).toBe(0);
  });

  it('block their source while the allowed number of them waits for refusal, even if the clients have gone', async () => {
    const { clock, connect, fail } = setUp();
    for (let i = 0; i < 4; i += 1) {
      const client = connect();
      await fail(client);
      client.close();
    }
    const right = () => logIn(connect(), 'r', byTicket('alice', 'wonderland'));
    expect(await right()).toEqual([
      MESSAGE.ABORT,
      { message: expect.any(String) },
      'bondy.error.too_many_requests',
    ]);
    expect((await hello(connect(), 'r'))[0]).toBe(MESSAGE.WELCOME);
    clock.advance(250);
    expect((await right())[2]).toMatchObject({ authid: 'alice' });
  });

  it('leave nothing behind if their client leaves, or the router closes, before the refusal', async () => {
    const { clock, router, connect, fail } = setUp();
    const [first, second] = [connect(), connect()];
    await fail(first);
    await fail(second);
    expect(clock.pending).toBe(2);
    first.close();
    expect(clock.pending).toBe(1);
    await router.close();
    expect(clock.pending).toBe(0);
    expect(await second.next()).toEqual([
      MESSAGE.ABORT,
      { message: expect.any(String) },
      'wamp.close.system_shutdown',
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, type RawClient } from '../../support/raw-client.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { inShort, openReloadFixture } from '../../support/reload-fixture.js';

const GET = 'com.billing.get_invoice';
const PASSWORD = 'hunter2';

const user = (username: string, ...groups: readonly string[]) => ({ username, password: PASSWORD, groups });
const grant = (role: string, uri: string) => ({ roles: [role], permissions: ['wamp.call'], uri });

/** Staff may read, and leads may also write. */
const realm = (...users: readonly object[]) => ({
  uri: REALM,
  authmethods: ['ticket', 'anonymous'],
  users,
  groups: [{ name: 'staff' }, { name: 'leads', groups: ['staff'] }],
  sources: [
    { usernames: 'all', authmethod: 'ticket' },
    { usernames: ['anonymous'], authmethod: 'anonymous' },
  ],
  grants: [grant('staff', GET), grant('leads', 'com.billing.delete_invoice'), grant('anonymous', GET)],
});

describe('a reload of users and grants', () => {
  const closeLater = closeAfterEach();

  async function open(...realms: readonly object[]) {
    const upstream = closeLater(await startRecordingUpstream());
    let now = realms;
    const conf = billingConf(
      upstream.url,
      '+headers.X-Role = {{caller.authrole}}',
      'security.config_file = security.json',
      'security.max_failed_login_delay = 0',
    );
    const fixture = await openReloadFixture(conf, {
      readFile: (path) => (path.endsWith('security.json') ? JSON.stringify(now) : readFileSync(path)),
    });
    closeLater(fixture.close);
    const join = async (name: string): Promise<RawClient> => {
      const client = closeLater(await connectRaw(fixture.url));
      expect((await logIn(client, REALM, byTicket(name, PASSWORD)))[0]).toBe(MESSAGE.WELCOME);
      return client;
    };
    return {
      ...fixture,
      upstream,
      join,
      async reloadWith(...next: readonly object[]) {
        now = next;
        return await fixture.reload(conf);
      },
    };
  }

  let request = 0;
  async function call(client: RawClient, procedure = GET): Promise<string> {
    client.send([MESSAGE.CALL, ++request, {}, procedure, [], { id: 1 }]);
    const answer = await client.next();
    return answer[0] === MESSAGE.RESULT ? 'ok' : String(answer[4]);
  }
  const DENIED = 'wamp.error.not_authorized';
  const KILLED = [MESSAGE.GOODBYE, { message: expect.any(String) }, 'wamp.close.killed'];

  it('says GOODBYE to a removed user, refuses its next login, and leaves the others', async () => {
    const { url, join, reloadWith, log } = await open(realm(user('ann', 'staff'), user('bob', 'staff')));
    const [ann, bob] = [await join('ann'), await join('bob')];
    const outcome = await reloadWith(realm(user('ann', 'staff')));
    expect(await bob.next()).toEqual(KILLED);
    expect(await call(ann)).toBe('ok');
    const again = closeLater(await connectRaw(url));
    expect((await logIn(again, REALM, byTicket('bob', PASSWORD)))[0]).toBe(MESSAGE.ABORT);
    expect(JSON.stringify(outcome) + log.text()).not.toContain(PASSWORD);
  });

  it('applies changed groups to the next request, and tells the API the new role', async () => {
    const { upstream, join, reloadWith } = await open(realm(user('ann', 'staff')));
    const ann = await join('ann');
    expect([await call(ann), await call(ann, 'com.billing.delete_invoice')]).toEqual(['ok', DENIED]);
    expect(inShort(await reloadWith(realm(user('ann', 'leads'))))).toEqual([`security ${REALM} changed`]);
    expect([await call(ann), await call(ann, 'com.billing.delete_invoice')]).toEqual(['ok', 'ok']);
    await reloadWith(realm(user('ann')));
    expect(await call(ann)).toBe(DENIED);
    expect(upstream.requests.map(({ headers }) => headers['x-role'])).toEqual(['staff', 'staff', 'staff']);
  });

  it('lets new users log in, and an old session stay with a changed password', async () => {
    const { url, join, reloadWith } = await open(realm(user('ann', 'staff')));
    const ann = await join('ann');
    await reloadWith(realm({ ...user('ann', 'staff'), password: 'hunter3' }, user('eve', 'staff')));
    expect([await call(ann), await call(await join('eve'))]).toEqual(['ok', 'ok']);
    const again = closeLater(await connectRaw(url));
    expect((await logIn(again, REALM, byTicket('ann', PASSWORD)))[0]).toBe(MESSAGE.ABORT);
  });

  it('says GOODBYE to anonymous sessions that may no longer join', async () => {
    const { url, reloadWith } = await open(realm());
    const client = closeLater(await connectRaw(url));
    client.send([MESSAGE.HELLO, REALM, { roles: { caller: {} }, authmethods: ['anonymous'] }]);
    expect((await client.next())[0]).toBe(MESSAGE.WELCOME);
    await reloadWith({ ...realm(), authmethods: ['ticket'] });
    expect(await client.next()).toEqual(KILLED);
  });

  it('refuses a security file with mistakes, and names no password', async () => {
    const { join, reloadWith } = await open(realm(user('ann', 'staff')));
    const ann = await join('ann');
    await expect(reloadWith({ ...realm(user('bob')), grants: [grant('nobody', GET)] })).rejects.toThrow(
      /^(?!.*hunter).*the realm has no group or user with this name/s,
    );
    expect(await call(ann)).toBe('ok');
  });
});

describe('a reload of realms', () => {
  const closeLater = closeAfterEach();

  it('opens new ones, and says GOODBYE to the sessions of removed ones', async () => {
    const upstream = closeLater(await startRecordingUpstream());
    const { url, reload, gateway, ...fixture } = await openReloadFixture(billingConf(upstream.url));
    closeLater(fixture.close);
    const old = closeLater(await connectRaw(url));
    old.send([MESSAGE.HELLO, REALM, { roles: { caller: {} } }]);
    await old.next();
    const other = 'com.example.other';
    const outcome = await reload(billingConf(upstream.url).replaceAll(REALM, other));
    expect(inShort(outcome)).toEqual(
      expect.arrayContaining([
        `realm ${other} added`,
        `realm ${REALM} removed`,
        `procedure ${GET} in ${other} added`,
      ]),
    );
    expect(await old.next()).toEqual([
      MESSAGE.GOODBYE,
      { message: expect.any(String) },
      'wamp.close.system_shutdown',
    ]);
    const caller = await connectCaller(url, other);
    closeLater(caller.close);
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    expect([gateway.realms, gateway.status().realms.map(({ name }) => name)]).toEqual([[other], [other]]);
    await expect(connectCaller(url, REALM)).rejects.toThrow();
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttachedFixture, logged, openAttachedFixture } from '../../support/attached-fixture.js';
import { REALM } from '../../support/caller.js';
import { OTHER_KEY, PRIVATE_KEY, pemOf, publicKeyOf } from '../../support/logins.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const METHODS = ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'];

/** Only the user `gateway` may register; everybody may call. */
const SECURED = {
  uri: REALM,
  authmethods: METHODS,
  users: [{ username: 'gateway', password: 'hunter2', authorized_keys: [publicKeyOf(PRIVATE_KEY)] }],
  sources: [
    { usernames: ['anonymous'], authmethod: 'anonymous', cidr: '0.0.0.0/0' },
    ...METHODS.slice(1).map((authmethod) => ({ usernames: 'all', authmethod, cidr: '0.0.0.0/0' })),
  ],
  grants: [
    { permissions: ['wamp.call'], uri: '', match: 'prefix', roles: 'all' },
    {
      permissions: ['wamp.register', 'wamp.unregister'],
      uri: 'com.billing',
      match: 'prefix',
      roles: ['gateway'],
    },
  ],
};

const SESSION = 'router.sessions.main';
const as = (...lines: readonly string[]) =>
  [`realm = ${REALM}`, ...lines].map((line) => `${SESSION}.${line}`);

describe('a gateway logs in at our own router', () => {
  let fixture: AttachedFixture;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    writeFileSync(join(folder.path, 'key.pem'), pemOf(PRIVATE_KEY));
    fixture = await openAttachedFixture({ realms: [SECURED] });
  });
  afterAll(async () => {
    await fixture.close();
    folder.remove();
  });

  const LOGINS: readonly (readonly [string, () => readonly string[]])[] = [
    ['a ticket', () => as('authmethod = ticket', 'authid = gateway', 'ticket = hunter2')],
    ['wampcra', () => as('authmethod = wampcra', 'authid = gateway', 'secret = hunter2')],
    ['wamp-scram', () => as('authmethod = wamp-scram', 'authid = gateway', 'secret = hunter2')],
    ['scram, its other name', () => as('authmethod = scram', 'authid = gateway', 'secret = hunter2')],
    ['a key in hex', () => as('authmethod = cryptosign', 'authid = gateway', `private_key = ${PRIVATE_KEY}`)],
    [
      'a key in a PEM file',
      () =>
        as(
          'authmethod = cryptosign',
          'authid = gateway',
          `private_key_file = ${join(folder.path, 'key.pem')}`,
        ),
    ],
  ];

  it.each(LOGINS)('with %s', async (_, lines) => {
    const { gateway } = await fixture.attachAndWait(lines());
    expect(await fixture.caller.call('com.billing.get_invoice', { id: 1 })).toMatchObject({
      kwargs: { status: 200 },
    });
    await gateway.stop();
  });

  it('but not as an anonymous client, which may not register', async () => {
    const attached = fixture.attach();
    await logged(attached, { procedure: 'com.billing.get_invoice' });
    expect(attached.gateway.links).toMatchObject([{ state: 'registering' }]);
    expect(attached.log.records()).toContainEqual(
      expect.objectContaining({
        realm: REALM,
        router: fixture.router.url,
        procedure: 'com.billing.get_invoice',
        cause: expect.stringContaining('wamp.error.not_authorized'),
        advice: 'let the router allow this user to register the procedure',
      }),
    );
    await attached.gateway.stop();
    await expect(attached.ready).rejects.toMatchObject({ code: 'stopped' });
  });

  it.each([
    ['a wrong ticket', as('authmethod = ticket', 'authid = gateway', 'ticket = planted-wrong')],
    ['a wrong password', as('authmethod = wampcra', 'authid = gateway', 'secret = planted-wrong')],
    ['an unknown key', as('authmethod = cryptosign', 'authid = gateway', `private_key = ${OTHER_KEY}`)],
    ['an unknown user', as('authmethod = ticket', 'authid = nobody', 'ticket = planted-wrong')],
  ])('but not with %s, and the log tells what to check without the secret', async (_, lines) => {
    const attached = fixture.attach(lines);
    await logged(attached, {
      realm: REALM,
      router: fixture.router.url,
      advice: `check router.sessions of the realm ${REALM}, and the user of the gateway on the router`,
    });
    expect(attached.log.text()).not.toMatch(/planted-wrong|d511fe78/);
    expect(JSON.stringify(attached.gateway.links)).not.toMatch(/planted-wrong|d511fe78/);
    await attached.gateway.stop();
  });
});

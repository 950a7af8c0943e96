import { describe, expect, it } from 'vitest';
import { createGateway } from '../../src/assembly/create-gateway.js';
import { loadConfig } from '../../src/config/load-config.js';
import { AUTHMETHODS, PERMISSIONS } from '../../src/config/security-file/model.js';
import { createShapes } from '../../src/config/security-file/shape.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import { answerCalls } from '../support/answer-calls.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { sectionsWithJson } from '../support/json-blocks.js';
import { byCra, byKey, byScram, byTicket, type Login, logIn, PRIVATE_KEY } from '../support/logins.js';
import { connectRaw, hello, type RawClient } from '../support/raw-client.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/realms.md');
const SECTIONS = sectionsWithJson(DOCUMENT);

const closeLater = closeAfterEach();

/** Clients of the gateway that a section describes. */
interface DocumentFixture {
  /** The authrole that a client joins with, or the URI that it is turned away with. */
  role(login: Login | undefined, details?: object): Promise<unknown>;
  join(login: Login | undefined): Promise<RawClient>;
  /** `ok`, or the URI of the error that a request ends with. */
  ask(client: RawClient, ...message: unknown[]): Promise<unknown>;
}

const denied = 'wamp.error.authentication_denied';
const notAuthorized = 'wamp.error.not_authorized';

/** What each section's example comes to. */
const CASES: Readonly<Record<string, (fixture: DocumentFixture) => Promise<void>>> = {
  async 'Users and passwords'({ role, join, ask }) {
    expect(await role(byCra('till-1', 'correct horse battery staple'))).toBe('all');
    expect(await role(byTicket('till-2', 'tr0ub4dor&3'))).toBe('all');
    expect(await role(byTicket('till-2', 'troubador'))).toBe(denied);
    expect(await role(undefined)).toBe('wamp.error.authentication_required');
    expect(await role(byScram('till-1', 'x'))).toBe('wamp.error.no_matching_auth_method');
    const client = await join(byCra('till-2', 'tr0ub4dor&3'));
    expect(await ask(client, MESSAGE.REGISTER, 1, {}, 'com.shop.anything')).toBe('ok');
  },
  async 'Salted hashes'({ role }) {
    for (const by of [byCra, byScram, byTicket]) {
      expect(await role(by('till-1', 'correct horse battery staple'))).toBe('all');
      expect(await role(by('till-1', 'correct horse'))).toBe(denied);
    }
  },
  async Keys({ role }) {
    expect(await role(byKey('sensor-7', PRIVATE_KEY))).toBe('all');
    expect(await role(byKey(undefined, PRIVATE_KEY))).toBe('all');
    expect(await role(byKey('sensor-7', '11'.repeat(32)))).toBe(denied);
  },
  async 'Groups and roles'({ role }) {
    const ann = byCra('ann', "ann's password");
    expect(await role(ann)).toBe('managers');
    expect(await role(ann, { authrole: 'staff' })).toBe('staff');
    expect(await role(ann, { authrole: 'owners' })).toBe('managers');
    expect(await role(byCra('ben', "ben's password"))).toBe('all');
  },
  async Sources({ role }) {
    expect(await role(byCra('ann', "ann's password"))).toBe('all');
    expect(await role(byTicket('ann', "ann's password"))).toBe('all');
    expect(await role(byTicket('ben', "ben's password"))).toBe(denied);
    expect(await role(byScram('ann', "ann's password"))).toBe('wamp.error.no_matching_auth_method');
    expect(await role(undefined)).toBe('wamp.error.authentication_required');
  },
  async Grants({ join, ask }) {
    const ann = await join(byCra('ann', "ann's password"));
    const ben = await join(byCra('ben', "ben's password"));
    expect(await ask(ann, MESSAGE.REGISTER, 1, { match: 'prefix' }, 'com.shop')).toBe('ok');
    answerCalls(ann, () => ({ result: 'served' }));
    const cases: readonly [unknown[], unknown][] = [
      [[MESSAGE.CALL, 1, {}, 'com.shop.prices.get'], 'ok'],
      [[MESSAGE.CALL, 2, {}, 'com.shop.orders.list'], notAuthorized],
      [[MESSAGE.REGISTER, 3, {}, 'com.shop.prices.get'], notAuthorized],
      [[MESSAGE.SUBSCRIBE, 4, { match: 'wildcard' }, 'com.shop..changed'], 'ok'],
      [[MESSAGE.SUBSCRIBE, 5, {}, 'com.shop.prices.changed'], 'ok'],
      [[MESSAGE.SUBSCRIBE, 6, {}, 'com.shop.prices.other'], notAuthorized],
      [[MESSAGE.SUBSCRIBE, 7, {}, 'com.shop.news'], 'ok'],
      [[MESSAGE.SUBSCRIBE, 8, { match: 'prefix' }, 'com.shop'], notAuthorized],
      [[MESSAGE.PUBLISH, 9, { acknowledge: true }, 'com.shop.news'], notAuthorized],
      [[MESSAGE.CALL, 10, {}, 'wamp.session.count'], notAuthorized],
    ];
    for (const [message, outcome] of cases)
      expect([message, await ask(ben, ...message)]).toEqual([message, outcome]);
    const second = await join(byCra('ann', "ann's password"));
    expect(await ask(second, MESSAGE.CALL, 1, {}, 'com.shop.orders.list')).toBe('ok');
    expect(await ask(second, MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.shop.news')).toBe('ok');
  },
  async 'Sessions without a login'({ role, join, ask }) {
    expect(await role(undefined)).toBe('anonymous');
    const client = await join(undefined);
    expect(await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.shop.news')).toBe('ok');
    expect(await ask(client, MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.shop.news')).toBe(notAuthorized);
    expect(
      await ask(
        await join(byCra('ann', "ann's password")),
        MESSAGE.PUBLISH,
        1,
        { acknowledge: true },
        'com.shop.news',
      ),
    ).toBe('ok');
  },
  async Authenticator({ role, join, ask }) {
    const accounts = await join(byCra('accounts', "accounts' password"));
    expect(await ask(accounts, MESSAGE.REGISTER, 1, {}, 'com.shop.authenticate')).toBe('ok');
    answerCalls(accounts, ([realm, authid, details]) => {
      expect(realm).toBe('com.example.shop');
      const { authmethod, ticket } = details as Record<string, unknown>;
      if (authmethod === 'ticket')
        return { result: ticket === 'right' ? 'customers' : { role: 'nobody-of-the-file' } };
      return { result: { role: 'customers', authid: `${authid}-1`, secret: 'shared' } };
    });
    expect(await role(byTicket('zoe', 'right'))).toBe('customers');
    expect(await role(byTicket('zoe', 'other'))).toBe('nobody-of-the-file');
    expect(await role(byCra('zoe', 'shared'))).toBe('customers');
    expect(await role(byCra('zoe', 'wrong'))).toBe(denied);
    const zoe = await join(byTicket('zoe', 'right'));
    expect(await ask(zoe, MESSAGE.CALL, 1, {}, 'com.shop.prices.get')).toBe('wamp.error.no_such_procedure');
    expect(await ask(zoe, MESSAGE.CALL, 2, {}, 'com.shop.orders.list')).toBe(notAuthorized);
  },
  async Authorizer({ join, ask }) {
    const ben = await join(byCra('ben', "ben's password"));
    expect(await ask(ben, MESSAGE.SUBSCRIBE, 1, {}, 'com.shop.news')).toBe('wamp.error.authorization_failed');
    const decider = await join(byCra('decider', "decider's password"));
    expect(await ask(decider, MESSAGE.REGISTER, 1, {}, 'com.shop.authorize')).toBe('ok');
    answerCalls(decider, ([session, uri, action, options]) => {
      expect(Object.keys(session as object).sort()).toEqual(
        ['authid', 'authmethod', 'authprovider', 'authrole', 'realm', 'session', 'transport'].sort(),
      );
      expect(options).toEqual({ match: 'exact' });
      return { result: { allow: uri === 'com.shop.news' && action === 'subscribe', cache: true } };
    });
    expect(await ask(ben, MESSAGE.SUBSCRIBE, 2, {}, 'com.shop.news')).toBe('ok');
    expect(await ask(ben, MESSAGE.SUBSCRIBE, 3, {}, 'com.shop.other')).toBe(notAuthorized);
  },
};

describe('docs/realms.md', () => {
  /** Runs a section's files as they stand, but for the port. */
  async function run({ ini, json }: (typeof SECTIONS)[number]): Promise<DocumentFixture> {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    folder.write('security.json', json[0]!);
    const text = ini[0] ?? 'security.config_file = security.json\n';
    const lines = 'listeners.test.port = 0\nsecurity.max_failed_login_delay = 0\n';
    const config = loadConfig(folder.write('bondy.conf', `${text}${lines}`), { env: {} });
    expect(config.notices).toEqual([]);
    const gateway = createGateway(config);
    await gateway.start();
    closeLater(() => gateway.stop(0));
    const realm = config.realms[0]!;
    const enter = async (login: Login | undefined, details?: object) => {
      const client = closeLater(await connectRaw(gateway.endpoints[0]!));
      return [client, await (login ? logIn(client, realm, login, details) : hello(client, realm))] as const;
    };
    return {
      async role(login, details) {
        const [, answer] = await enter(login, details);
        return answer[0] === MESSAGE.WELCOME ? (answer[2] as { authrole: string }).authrole : answer[2];
      },
      async join(login) {
        const [client, answer] = await enter(login);
        expect(answer[0]).toBe(MESSAGE.WELCOME);
        return client;
      },
      async ask(client, ...message) {
        client.send(message);
        const answer = await client.next();
        return answer[0] === MESSAGE.ERROR ? answer[4] : 'ok';
      },
    };
  }

  it('has one example in a section, and each of them is run here', () => {
    expect(SECTIONS.map(({ heading }) => heading)).toEqual(Object.keys(CASES));
    expect(SECTIONS.map(({ json, ini }) => [json.length, ini.length <= 1])).toEqual(
      SECTIONS.map(() => [1, true]),
    );
  });

  it.each(SECTIONS)('$heading', async (section) => {
    await CASES[section.heading]!(await run(section));
  });

  it('knows all authmethods, permissions and fields', () => {
    expect(
      tableBelow(DOCUMENT, '## Authmethods')
        .map(([name]) => name)
        .toSorted(),
    ).toEqual([...AUTHMETHODS].toSorted());
    for (const permission of PERMISSIONS) expect(DOCUMENT).toContain(`\`wamp.${permission}\``);
    const { realm, user, group, source, grant } = createShapes();
    const shapes = { realm, user, group, source, grant };
    const told = tableBelow(DOCUMENT, '## All fields').map(([of = '', fields = '']) => `${of} ${fields}`);
    for (const [of, shape] of Object.entries(shapes)) {
      for (const field of Object.keys(shape.def.shape).filter(
        (name) => name !== 'meta' && name !== 'prototype_uri',
      )) {
        expect(
          told.filter((row) => row.startsWith(`${of} `) && new RegExp(`\\b${field}\\b`).test(row)).length,
        ).toBe(1);
      }
    }
  });
});

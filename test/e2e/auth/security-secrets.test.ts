import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { runCommand } from '../../support/command.js';
import { keepLog } from '../../support/log-lines.js';
import { byCra, byScram, byTicket, type Login, logIn } from '../../support/logins.js';
import { leaksIn, MARK, plantedSecret } from '../../support/planted-secrets.js';
import { connectRaw } from '../../support/raw-client.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const REALM = 'com.example';
/** A key whose base64 form contains the mark. */
const KEY = Buffer.from(`${MARK}-key`.padEnd(32, '.')).toString('base64');

const realm = {
  uri: REALM,
  users: [
    { username: 'text', password: plantedSecret('password'), meta: { note: plantedSecret('meta') } },
    {
      username: 'salted',
      password: {
        protocol: 'cra',
        params: { kdf: 'pbkdf2', iterations: 1000 },
        data: { salt: 'c2FsdA==', salted_password: KEY },
      },
    },
    {
      username: 'scram',
      password: {
        protocol: 'scram',
        params: { kdf: 'pbkdf2', iterations: 1000 },
        data: { salt: 'c2FsdA==', stored_key: KEY, server_key: KEY },
      },
    },
  ],
  private_keys: [plantedSecret('private-key')],
  oauth2: { clients: [{ client_secret: plantedSecret('client-secret') }] },
};

let folder: TemporaryFolder | undefined;
afterEach(() => folder?.remove());

function write(realms: unknown): string {
  folder = createTemporaryFolder();
  folder.write('security.json', typeof realms === 'string' ? realms : JSON.stringify(realms, undefined, 2));
  const lines = [
    'security.config_file = security.json',
    `security.salt_secret = ${plantedSecret('salt-secret')}`,
  ];
  return folder.write(
    'bondy.conf',
    [...lines, 'listeners.test.port = 0', 'security.max_failed_login_delay = 0'].join('\n'),
  );
}

describe('secrets of the security file', () => {
  it('are not printed by check, whatever notices there are', async () => {
    const run = runCommand(['check', '--config', write([realm])]);
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain(`  realm ${REALM}: 3 users, 0 groups, no grants\n`);
    expect(run.err()).toContain('skipped 2 fields');
    expect(leaksIn(run.out() + run.err())).toEqual([]);
  });

  it.each([
    [
      'in no error of types and contradictions',
      JSON.stringify([
        {
          ...realm,
          users: [
            ...realm.users,
            { username: 5, password: plantedSecret('other') },
            { username: 'x', password: [plantedSecret('list')], groups: [plantedSecret('group')] },
          ],
        },
      ]),
    ],
    ['where the file is no JSON', `[{"uri": "r", "users": [{"password": ${plantedSecret('bare')}}]}]`],
    ['where it is no list', `{"password": "${plantedSecret('object')}"}`],
    ['where it is text', plantedSecret('text')],
  ])('are not printed %s', async (_what, text) => {
    const run = runCommand(['check', '--config', write(text)]);
    expect(await run.ended).toBe(1);
    expect(run.err()).toContain('security.json');
    expect(leaksIn(run.out() + run.err())).toEqual([]);
  });

  it('are not logged, sent or visible to inspection while clients log in or fail to', async () => {
    const log = keepLog('debug');
    const config = loadConfig(write([realm]), { env: {} });
    const gateway = createGateway(config, { log: log.log });
    await gateway.start();
    const sent: unknown[] = [];
    const logins: readonly Login[] = [
      byTicket('text', plantedSecret('password')),
      byCra('text', plantedSecret('password')),
      byScram('text', plantedSecret('password')),
      byTicket('text', plantedSecret('wrong')),
      byTicket('salted', plantedSecret('wrong')),
      byTicket('scram', plantedSecret('wrong')),
      byTicket('nobody', plantedSecret('wrong')),
      byCra('salted', plantedSecret('wrong')),
      byScram('scram', plantedSecret('wrong')),
    ];
    for (const login of logins) {
      const client = await connectRaw(gateway.endpoints[0]!);
      const seen: Login = {
        ...login,
        answer(extra) {
          sent.push(extra);
          return login.answer(extra);
        },
      };
      sent.push(await logIn(client, REALM, seen));
      client.close();
    }
    await gateway.stop(0);
    expect(sent.filter((message) => Array.isArray(message) && message[0] === MESSAGE.WELCOME).length).toBe(3);
    expect(log.records().filter(({ msg }) => msg === 'a login failed').length).toBe(6);
    expect(
      leaksIn(
        [log.text(), JSON.stringify(sent), inspect(config, { depth: 20 }), JSON.stringify(config)].join('\n'),
      ),
    ).toEqual([]);
  });

  it('contain a mark that the search would find', () => {
    expect(leaksIn(KEY)).not.toEqual([]);
  });
});

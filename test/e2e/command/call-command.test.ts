import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { hashPassword } from '../../../src/cli/hash-password.js';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { joinRealm } from '../../../src/wamp/client/session.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { runCommand } from '../../support/command.js';
import type { RunningGateway } from '../../support/gateway.js';
import { OTHER_KEY, PRIVATE_KEY, publicKeyOf } from '../../support/logins.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const REALM = 'com.example';
const EVERYTHING = ['wamp.call', 'wamp.register', 'wamp.subscribe', 'wamp.publish'];

describe('rpc-gateway call', () => {
  let gateway: RunningGateway;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    gateway = await startSecuredGateway([
      {
        uri: REALM,
        authmethods: ['ticket', 'wampcra', 'wamp-scram', 'cryptosign'],
        users: [
          { username: 'alice', password: 'wonderland', groups: ['staff'] },
          { username: 'bob', password: await hashPassword('builder', 1000), groups: ['staff'] },
          { username: 'device', authorized_keys: [publicKeyOf(PRIVATE_KEY)], groups: ['staff'] },
        ],
        groups: [{ name: 'staff' }],
        grants: [{ roles: ['staff'], permissions: EVERYTHING, uri: '', match: 'prefix' }],
      },
      { uri: 'com.open', authmethods: ['anonymous'] },
    ]);
    const session = await joinRealm(await dialRouter(gateway.url), { realm: 'com.open' });
    await session.register('com.example.echo', {}, ({ args, kwargs }) =>
      Promise.resolve({ kind: 'result', payload: { args: [args ?? [], kwargs ?? {}] } }),
    );
    await session.register('com.example.fail', {}, () =>
      Promise.resolve({
        kind: 'error',
        uri: 'com.example.no',
        payload: { args: ['why', 1], kwargs: { a: 2 } },
      }),
    );
  });
  afterAll(async () => {
    await gateway.stop(0);
    folder.remove();
  });

  const run = async (
    words: readonly string[],
    options: { readonly env?: Record<string, string>; readonly stdin?: string; readonly realm?: string } = {},
  ) => {
    const { realm = 'com.open', ...rest } = options;
    const command = runCommand(['call', ...words, '--url', gateway.url, '--realm', realm, '--json'], rest);
    return { code: await command.ended, out: command.out(), err: command.err() };
  };
  /** What the router says of the session that the command had. */
  const loggedIn = async (words: readonly string[], env: Record<string, string> = {}) => {
    const outcome = await run(['wamp.session.count', ...words], { env, realm: REALM });
    return outcome.code;
  };

  describe('with a login', () => {
    it.each([
      ['by ticket', ['--authid', 'alice', '--ticket', 'wonderland']],
      ['by ticket against a hash', ['--authid', 'bob', '--ticket', 'builder']],
      ['by secret', ['--authid', 'alice', '--secret', 'wonderland']],
      ['by wampcra', ['--authid', 'alice', '--secret', 'wonderland', '--authmethod', 'wampcra']],
      ['by wampcra against a hash', ['--authid', 'bob', '--secret', 'builder', '--authmethod', 'wampcra']],
      ['by wamp-scram', ['--authid', 'alice', '--secret', 'wonderland', '--authmethod', 'wamp-scram']],
      [
        'by wamp-scram against a hash',
        ['--authid', 'bob', '--secret', 'builder', '--authmethod', 'wamp-scram'],
      ],
      ['by cryptosign', ['--authid', 'device', '--private-key', PRIVATE_KEY]],
      ['by a key alone', ['--private-key', PRIVATE_KEY]],
      [
        'by the authmethod that the router chooses',
        ['--authid', 'alice', '--secret', 'wonderland', '--ticket', 'wonderland'],
      ],
    ])('logs in %s', async (_name, words) => {
      expect(await loggedIn(words)).toBe(0);
    });

    it('takes credentials from the environment, which options override', async () => {
      const env = { RPC_GATEWAY_AUTHID: 'alice', RPC_GATEWAY_SECRET: 'wonderland' };
      expect(await loggedIn([], env)).toBe(0);
      expect(await loggedIn(['--authid', 'bob', '--secret', 'builder'], env)).toBe(0);
      expect(await loggedIn(['--authid', 'bob'], env)).toBe(3);
      expect(await loggedIn([], { RPC_GATEWAY_PRIVATE_KEY: PRIVATE_KEY })).toBe(0);
    });

    it.each([
      ['a wrong ticket', ['--authid', 'alice', '--ticket', 'sw0rdfish']],
      [
        'a wrong secret by wampcra',
        ['--authid', 'alice', '--secret', 'sw0rdfish', '--authmethod', 'wampcra'],
      ],
      [
        'a wrong secret by wamp-scram',
        ['--authid', 'bob', '--secret', 'sw0rdfish', '--authmethod', 'wamp-scram'],
      ],
      ['a key of somebody else', ['--authid', 'device', '--private-key', OTHER_KEY]],
      ['no credential', ['--authmethod', 'anonymous']],
    ])('exits with 3 and prints no secret when it logs in with %s', async (_name, words) => {
      const { code, out, err } = await run(['wamp.session.count', ...words], { realm: REALM });
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toContain('refused the session: wamp.error.');
      expect(err).not.toMatch(new RegExp(`sw0rdfish|${OTHER_KEY}`));
    });

    it('escapes control characters in the refusal of a router', async () => {
      const steers = '\u001b[31m\u009b2J';
      const server = new WebSocketServer({ port: 0, handleProtocols: () => 'wamp.2.json' });
      await once(server, 'listening');
      server.on('connection', (socket) =>
        socket.on('message', () =>
          socket.send(JSON.stringify([MESSAGE.ABORT, { message: `sorry${steers}` }, `com.no${steers}`])),
        ),
      );
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const command = runCommand(['call', 'com.x', '--realm', 'r', '--url', url]);
      expect(await command.ended).toBe(3);
      server.close();
      expect(command.err()).toContain('com.no\\u001b[31m\\u009b2J, sorry\\u001b[31m\\u009b2J');
    });

    it('prints no credentials that are in a URL', async () => {
      const url = 'ws://bob:hunter2@127.0.0.1:1/ws?token=hunter2';
      for (const words of [['--url', url], []]) {
        const command = runCommand(['call', 'com.x', '--realm', 'r', ...words], {
          env: { RPC_GATEWAY_URL: url },
        });
        expect(await command.ended).toBe(3);
        expect(command.err()).toContain('Nothing listens at ws://127.0.0.1:1/ws');
        expect(command.out() + command.err()).not.toContain('hunter2');
      }
    });
  });

  describe('with arguments', () => {
    it('sends positional and keyword arguments', async () => {
      const words = [
        'com.example.echo',
        '--args',
        '[1, "two", 9007199254740993]',
        'a=1',
        '--kwargs',
        '{"b": [true]}',
      ];
      expect((await run(words)).out).toBe('[[1,"two",9007199254740993],{"b":[true],"a":1}]\n');
    });

    it('sends keyword arguments from a file and from stdin', async () => {
      const file = folder.write('kwargs.json', '{"n": 12345678901234567890}');
      expect((await run(['com.example.echo', '--kwargs', `@${file}`])).out).toBe(
        '[[],{"n":12345678901234567890}]\n',
      );
      const stdin = '{"__proto__": 1}';
      expect((await run(['com.example.echo', '--kwargs', '-'], { stdin })).out).toBe(
        '[[],{"__proto__":1}]\n',
      );
    });
  });

  it('prints an error as one line of JSON, with its URI, args and kwargs', async () => {
    const { code, out } = await run(['com.example.fail']);
    expect({ code, out }).toEqual({
      code: 1,
      out: '{"error":"com.example.no","args":["why",1],"kwargs":{"a":2}}\n',
    });
    expect((await run(['com.example.nobody'])).out).toMatch(
      /^\{"error":"wamp.error.no_such_procedure","args":\[/,
    );
  });
});

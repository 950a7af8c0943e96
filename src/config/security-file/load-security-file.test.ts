import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { ConfigError } from '../../errors.js';
import { type LoadedConfig, parseConfig } from '../load-config.js';

const hash = {
  protocol: 'cra',
  params: { kdf: 'pbkdf2', iterations: 4096 },
  data: { salt: 'hunter2-salt', salted_password: Buffer.alloc(32, 'hunter2').toString('base64') },
};

function load(realms: unknown): LoadedConfig {
  const text = typeof realms === 'string' ? realms : JSON.stringify(realms);
  return parseConfig('security.config_file = security.json', {
    env: {},
    file: '/etc/gateway/bondy.conf',
    readFile: (path) => {
      expect(path).toBe('/etc/gateway/security.json');
      return text;
    },
  });
}

describe('the security file', () => {
  const config = load([
    {
      uri: 'r',
      users: [
        { username: 'alice', password: 'hunter2' },
        { username: 'bob', password: hash },
      ],
      groups: [{ name: 'staff' }],
      sources: [{ usernames: 'all', authmethod: 'ticket', cidr: '::1/128' }],
      grants: [{ roles: ['staff'], permissions: ['wamp.call'], uri: 'a.b' }],
    },
  ]);
  const realm = config.security.realms.get('r')!;

  it('hides passwords when it is printed', () => {
    for (const user of realm.users.values()) {
      for (const printed of [inspect(user, { depth: 9, showHidden: true }), JSON.stringify(user)]) {
        expect(printed).toContain('[secret]');
        expect(printed).not.toContain('hunter2');
      }
    }
    expect(inspect(config, { depth: 20 })).not.toContain('hunter2');
    expect(realm.users.get('alice')?.password).toMatchObject({ kind: 'plain', text: 'hunter2' });
    expect(realm.users.get('bob')?.password).toMatchObject({ kind: 'salted', salt: 'hunter2-salt' });
  });

  it('is frozen', () => {
    expect(() => (realm.users as Map<string, unknown>).set('eve', {})).toThrow(TypeError);
    expect(() => (realm.groups as Map<string, unknown>).clear()).toThrow(TypeError);
    expect(() => (config.security.realms as Map<string, unknown>).delete('r')).toThrow(TypeError);
    for (const frozen of [
      realm,
      realm.grants?.[0]?.resources,
      realm.users.get('alice')?.password,
      realm.sources?.[0]?.cidr,
    ]) {
      expect(Object.isFrozen(frozen)).toBe(true);
    }
  });

  it('may begin with a byte order mark', () => {
    expect([...load('\uFEFF[{"uri": "r"}]').security.realms.keys()]).toEqual(['r']);
  });

  it.each([
    ['invalid JSON', '[{"uri": "r", "users": [{"username": "alice", "password": hunter2}]}]'],
    ['text that is not a JSON value', 'hunter2'],
    ['a field with a long name', `[{"uri": "r", "${'hunter'.repeat(50)}": 2}, 5]`],
  ])('is not quoted in messages about %s', (_what, text) => {
    let message = '';
    try {
      load(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      message = (error as ConfigError).message;
    }
    expect(message).toMatch(/^\/etc\/gateway\/security.json/);
    expect(message).not.toContain('hunter2');
  });

  it('may nest groups deeper than the call stack, and circles in them are found', () => {
    const chain = (length: number, last: string[]) =>
      Array.from({ length }, (_, index) => ({
        name: `g${index}`,
        groups: index === 0 ? last : [`g${index - 1}`],
      })).reverse();
    expect(load([{ uri: 'r', groups: chain(20_000, []) }]).security.realms.get('r')?.groups.size).toBe(
      20_000,
    );
    expect(() => load([{ uri: 'r', groups: chain(20_000, ['g19999']) }])).toThrow(
      /^\/etc\/gateway\/security.json: \$\[0\].groups\[0\].groups: the group contains itself, directly or through other groups$/,
    );
  });

  it('gets one error for each circle of groups, and none for a group that only leads to a circle', () => {
    const groups = [
      { name: 'outside', groups: ['a'] },
      { name: 'a', groups: ['b'] },
      { name: 'b', groups: ['a', 'b'] },
      { name: 'c', groups: ['d', 'a'] },
      { name: 'd', groups: [] },
    ];
    let message = '';
    try {
      load([{ uri: 'r', groups }]);
    } catch (error) {
      message = (error as ConfigError).message;
    }
    expect(message.match(/groups\[\d\]/g)).toEqual(['groups[1]', 'groups[2]']);
  });

  it('must be a regular file: reading a pipe would block for ever', () => {
    const folder = createTemporaryFolder();
    onTestFinished(() => folder.remove());
    execFileSync('mkfifo', [join(folder.path, 'security.json')]);
    expect(() =>
      parseConfig('security.config_file = security.json', { env: {}, file: join(folder.path, 'bondy.conf') }),
    ).toThrow('not a regular file');
  });

  it('may contain a user whose name is a property of Object', () => {
    const { users } = load(
      '[{"uri": "r", "users": [{"username": "__proto__", "password": "x"}]}]',
    ).security.realms.get('r')!;
    expect([...users.keys()]).toEqual(['__proto__']);
  });
});

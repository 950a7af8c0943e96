import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { ConfigError } from '../errors.js';
import { loadConfig, parseConfig } from './load-config.js';
import { sha256 } from './record-sources.js';

const SERVICE = `
rpc_gateway.services.s.base_url = https://example.com
rpc_gateway.services.s.procedures.p.uri = com.p
rpc_gateway.services.s.procedures.p.realm = r
`;

function createFolder() {
  const folder = createTemporaryFolder();
  onTestFinished(folder.remove);
  return folder;
}

const load = (path: string) => loadConfig(path, { env: {} });

describe('the sources of a configuration', () => {
  it('are all files that it names, in the order in which they are read', () => {
    const folder = createFolder();
    const security = folder.write('security.json', '[]');
    const part = folder.write('part.conf', 'security.config_file = security.json\n');
    const main = folder.write('bondy.conf', `${SERVICE}include part.conf\n`);
    const { sources } = load(main);
    expect(sources.main).toBe(main);
    expect([...sources.files]).toEqual([
      [main, sha256(`${SERVICE}include part.conf\n`)],
      [part, sha256('security.config_file = security.json\n')],
      [security, sha256('[]')],
    ]);
  });

  it('have no main file for a text that is not in a file', () => {
    const security = createFolder().write('security.json', '[]');
    const text = `${SERVICE}security.config_file = ${security}\n`;
    const { sources } = parseConfig(text, { env: {} });
    expect(sources.main).toBeUndefined();
    expect([...sources.files.keys()]).toEqual([security]);
  });

  it('have a hash that changes if one of the files changes, and only then', () => {
    const folder = createFolder();
    folder.write('security.json', '[]');
    const main = folder.write('bondy.conf', `${SERVICE}security.config_file = security.json\n`);
    const before = load(main).sources.hash;
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(load(main).sources.hash).toBe(before);
    folder.write('security.json', '[ ]');
    expect(load(main).sources.hash).not.toBe(before);
  });

  it('are known although the configuration has mistakes, also for files that do not exist', () => {
    const folder = createFolder();
    const main = folder.write('bondy.conf', `${SERVICE}security.config_file = gone.json\nwamp.nothing = 1\n`);
    const error = (() => {
      try {
        return load(main);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    const { sources } = error as ConfigError;
    expect([...(sources?.files ?? [])].map(([file, digest]) => [file, digest === ''])).toEqual([
      [main, false],
      [join(folder.path, 'gone.json'), true],
    ]);
  });

  it('contain no files of secrets, because services read them again by themselves', () => {
    const folder = createFolder();
    folder.write('secret.json', '{"token":"hunter2"}');
    const secret = `
rpc_gateway.services.s.auth.secrets.provider = file
rpc_gateway.services.s.auth.secrets.secret_id = secret.json
rpc_gateway.services.s.auth.secrets.vars.token.field = token
`;
    const main = folder.write('bondy.conf', `${SERVICE}${secret}`);
    expect([...load(main).sources.files.keys()]).toEqual([main]);
  });

  it('contain the folders in which patterns of include look for files', () => {
    const folder = createFolder();
    mkdirSync(join(folder.path, 'conf.d'));
    const main = folder.write('bondy.conf', `${SERVICE}include conf.d/*.conf\n`);
    expect(load(main).sources.folders).toEqual([join(folder.path, 'conf.d')]);
  });

  it.each([
    ['conf.d/**/*.conf', ['', 'a', 'a/b', 'c']],
    ['conf.d/**', ['', 'a', 'a/b', 'c']],
    ['conf.d/*/*.conf', ['', 'a', 'c']],
    ['conf.d/{a,d}/*/*.conf', ['', 'a', 'a/b']],
    ['conf.d/*.conf', ['']],
  ])('contain the subfolders in which %s looks', (pattern, expected) => {
    const folder = createFolder();
    for (const name of ['a/b', 'c', '.hidden'])
      mkdirSync(join(folder.path, 'conf.d', name), { recursive: true });
    const main = folder.write('bondy.conf', `${SERVICE}include ${pattern}\n`);
    const { folders } = load(main).sources;
    expect(folders.toSorted()).toEqual(expected.map((name) => join(folder.path, 'conf.d', name)));
  });

  it('of a text have a hash, and no files', () => {
    const { sources } = parseConfig(SERVICE, { env: {} });
    expect(sources.files.size).toBe(0);
    expect(parseConfig(SERVICE, { env: {} }).sources.hash).toBe(sources.hash);
    expect(parseConfig(`${SERVICE} `, { env: {} }).sources.hash).not.toBe(sources.hash);
  });
});

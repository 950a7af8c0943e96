import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, untilReady } from '../../support/command.js';
import { commandFixture, configuration } from '../../support/command-fixture.js';
import { until } from '../../support/router-host.js';

const fixture = commandFixture();
const { finished } = fixture;

const RELOADED = 'the configuration was reloaded';

/** Starts with `--watch`. */
async function watching(file: string) {
  const command = runCommand(['start', '--watch', '--config', file]);
  fixture.running.push(command);
  const { url } = await untilReady(command);
  let seen = command.err().length;
  return {
    /** Waits for the words in the log, and forgets what came before. */
    async logged(words: string): Promise<string> {
      const fresh = () => command.err().slice(seen);
      await until(() => fresh().includes(words), command.err);
      const text = fresh();
      seen = command.err().length;
      return text;
    },
    /** The path that the API gets for a call. */
    async calledPath(): Promise<string | undefined> {
      fixture.upstream.clear();
      const { code } = await finished(['call', 'com.billing.get_invoice', 'id=1', '--url', url]);
      expect(code).toBe(0);
      return fixture.upstream.requests[0]?.url;
    },
  };
}

const withPath = (path: string) =>
  configuration(fixture.upstream.url).replace('/invoices/{{id}}', `/${path}/{{id}}`);

describe('rpc-gateway start --watch', () => {
  it('uses a file that was changed, and keeps running with a wrong one until it is corrected', async () => {
    const file = fixture.folder.write('bondy.conf', withPath('one'));
    const { logged, calledPath } = await watching(file);
    expect(await calledPath()).toBe('/one/1');
    fixture.folder.write('bondy.conf', withPath('two'));
    await logged(RELOADED);
    expect(await calledPath()).toBe('/two/1');
    fixture.folder.write('bondy.conf', `${withPath('three')}wamp.max_sesions = 5\n`);
    expect(await logged('the configuration was not reloaded')).toContain('did you mean wamp.max_sessions');
    expect(await calledPath()).toBe('/two/1');
    fixture.folder.write('bondy.conf', withPath('three'));
    await logged(RELOADED);
    expect(await calledPath()).toBe('/three/1');
  });

  it('notices a file that is replaced by another one, as editors do', async () => {
    const file = fixture.folder.write('bondy.conf', withPath('one'));
    const { logged, calledPath } = await watching(file);
    renameSync(fixture.folder.write('bondy.conf.new', withPath('two')), file);
    await logged(RELOADED);
    expect(await calledPath()).toBe('/two/1');
  });

  it('notices an included file, a new file of a pattern, and a file that was missing', async () => {
    const conf = (...lines: string[]) => [withPath('one'), 'include conf.d/*.conf', ...lines, ''].join('\n');
    mkdirSync(join(fixture.folder.path, 'conf.d'));
    const file = fixture.folder.write('bondy.conf', conf());
    const { logged } = await watching(file);
    fixture.folder.write('conf.d/a.conf', 'wamp.max_registrations = 5\n');
    expect(await logged(RELOADED)).toContain('setting wamp.max_registrations changed');
    fixture.folder.write('conf.d/a.conf', 'wamp.max_registrations = 6\n');
    expect(await logged(RELOADED)).toContain('setting wamp.max_registrations changed');
    fixture.folder.write('bondy.conf', conf('security.config_file = gone/security.json'));
    expect(await logged('the configuration was not reloaded')).toContain('there is no such file');
    mkdirSync(join(fixture.folder.path, 'gone'));
    fixture.folder.write('gone/security.json', '[{"uri":"com.example.other"}]');
    expect(await logged(RELOADED)).toContain('realm com.example.other added');
  });

  it('notices files in subfolders of a pattern, and in subfolders that come later', async () => {
    mkdirSync(join(fixture.folder.path, 'conf.d/old'), { recursive: true });
    const file = fixture.folder.write('bondy.conf', `${withPath('one')}\ninclude conf.d/**/*.conf\n`);
    const { logged } = await watching(file);
    const changed = async (path: string, value: number) => {
      fixture.folder.write(path, `wamp.max_registrations = ${value}\n`);
      expect(await logged(RELOADED)).toContain('setting wamp.max_registrations changed');
    };
    await changed('conf.d/old/a.conf', 5);
    await changed('conf.d/old/a.conf', 6);
    // The folders and the file come at once.
    await changed('conf.d/z/new/deep/b.conf', 7);
    await changed('conf.d/z/new/deep/b.conf', 8);
    await changed('conf.d/z/new/z.conf', 9);
    rmSync(join(fixture.folder.path, 'conf.d/z'), { recursive: true });
    expect(await logged(RELOADED)).toContain('setting wamp.max_registrations changed');
    await changed('conf.d/z/new/deep/b.conf', 10);
  });

  it('does nothing if only the time of a file, or a file beside it, changes', async () => {
    const file = fixture.folder.write('bondy.conf', withPath('one'));
    const { logged } = await watching(file);
    fixture.folder.write('bondy.conf', withPath('one'));
    fixture.folder.write('other.log', 'x');
    fixture.folder.write('bondy.conf', withPath('two'));
    const text = await logged(RELOADED);
    expect(text.split(RELOADED)).toHaveLength(2);
    expect(text).toContain('service billing changed');
  });

  it('follows the symbolic links of a ConfigMap that Kubernetes replaces', async () => {
    const mount = join(fixture.folder.path, 'mount');
    const publish = (version: string, text: string): void => {
      mkdirSync(join(mount, version), { recursive: true });
      writeFileSync(join(mount, version, 'bondy.conf'), text);
      symlinkSync(version, join(mount, '..data_tmp'));
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    publish('..2026_01', withPath('one'));
    symlinkSync('..data/bondy.conf', join(mount, 'bondy.conf'));
    // The mount itself is reached by a link too.
    symlinkSync('mount', join(fixture.folder.path, 'current'));
    const { logged, calledPath } = await watching(join(fixture.folder.path, 'current', 'bondy.conf'));
    for (const [version, path] of [
      ['..2026_02', 'two'],
      ['..2026_03', 'three'],
    ] as const) {
      publish(version, withPath(path));
      await logged(RELOADED);
      expect(await calledPath()).toBe(`/${path}/1`);
      rmSync(
        join(
          mount,
          version.replace(/\d$/, (digit) => String(Number(digit) - 1)),
        ),
        { recursive: true },
      );
    }
  });

  it('refuses a pipe, which can be read only once', async () => {
    const { code, err } = await finished(['start', '--watch', '--config', '/dev/stdin']);
    expect([code, err]).toEqual([1, expect.stringContaining('--watch cannot watch /dev/stdin')]);
  });
});

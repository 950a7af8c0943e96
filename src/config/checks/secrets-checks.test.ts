import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../../test/support/temporary-folder.js';
import { parseConfig } from '../load-config.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

/** The notices for a secret in the file `creds.json` beside the configuration. */
function notices(readFile?: (path: string) => string): readonly string[] {
  const lines = [
    '+auth.secrets.provider = file',
    '+auth.secrets.secret_id = creds.json',
    '+auth.secrets.vars.token.field = KEY',
  ];
  const text = billingConf('https://api.example.com', ...lines);
  const config = parseConfig(text, {
    env: {},
    file: join(folder.path, 'bondy.conf'),
    ...(readFile && { readFile }),
  });
  return config.notices.map(({ message }) => message);
}

describe('the file of a secret', () => {
  it('gets a notice while it does not exist', () => {
    expect(notices()).toEqual([
      expect.stringMatching(/^there is no such file; calls fail with status 503 until/),
    ]);
    folder.write('creds.json', 'anything');
    expect(notices()).toEqual([]);
  });

  it('is read with the given readFile', () => {
    const paths: string[] = [];
    const readFile = (path: string) => {
      paths.push(path);
      return '';
    };
    expect(notices(readFile)).toEqual([]);
    expect(paths).toEqual([join(folder.path, 'creds.json')]);
  });

  it('does not block the load if it is a named pipe', () => {
    execFileSync('mkfifo', [join(folder.path, 'creds.json')]);
    expect(notices()).toEqual([expect.stringMatching(/^this is not a file; /)]);
  });
});

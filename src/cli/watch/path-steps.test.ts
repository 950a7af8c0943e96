import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { pathSteps } from './path-steps.js';

function createFolder() {
  const folder = createTemporaryFolder();
  onTestFinished(folder.remove);
  return folder;
}

/** The steps below the folder, as paths. */
const within = (folder: string, path: string) =>
  pathSteps(path)
    .map(({ folder: parent, name }) => join(parent, name))
    .filter((step) => step.startsWith(folder))
    .map((step) => step.slice(folder.length + 1));

describe('the steps of a path', () => {
  it('are only the file if there are no links', () => {
    const folder = createFolder();
    const file = folder.write('a/b/bondy.conf', '');
    expect(within(folder.path, file)).toEqual(['a/b/bondy.conf']);
  });

  it('are all links of a mounted ConfigMap, and the file', () => {
    const folder = createFolder();
    folder.write('mount/..2026/bondy.conf', '');
    symlinkSync('..2026', join(folder.path, 'mount/..data'));
    symlinkSync('..data/bondy.conf', join(folder.path, 'mount/bondy.conf'));
    symlinkSync('mount', join(folder.path, 'current'));
    expect(within(folder.path, join(folder.path, 'current/bondy.conf'))).toEqual([
      'current',
      'mount/bondy.conf',
      'mount/..data',
      'mount/..2026/bondy.conf',
    ]);
  });

  it('end at the first part that does not exist', () => {
    const folder = createFolder();
    mkdirSync(join(folder.path, 'a'));
    expect(within(folder.path, join(folder.path, 'a/gone/bondy.conf'))).toEqual(['a/gone']);
  });

  it('end if links lead in a circle', () => {
    const folder = createFolder();
    symlinkSync('b', join(folder.path, 'a'));
    symlinkSync('a', join(folder.path, 'b'));
    expect(new Set(within(folder.path, join(folder.path, 'a')))).toEqual(new Set(['a', 'b']));
  });
});

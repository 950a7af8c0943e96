import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProblems } from '../problems.js';
import { type ReadFile, readEntries, readFromDisk } from './includes.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'includes-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

function read(readFile: ReadFile = readFromDisk) {
  const problems = createProblems();
  const entries = readEntries(join(directory, 'main.conf'), { env: {}, readFile, problems });
  return {
    keys: entries.map(({ key }) => key),
    entries,
    problems: problems
      .sorted()
      .map(({ file, line, message }) => `${file}:${line} ${message}`.replaceAll(directory, '')),
  };
}

describe('readEntries', () => {
  it('inserts included lines at the include, and reads the files of a glob in the order of their names', () => {
    write({
      'main.conf': 'a = 1\ninclude d/*.conf\nz = 1',
      'd/10.conf': 'c = 1',
      'd/2.conf': 'd = 1',
      'd/1.conf': 'b = 1',
      'd/.hidden.conf': 'h = 1',
      'd/other.txt': 'o = 1',
    });
    expect(read()).toMatchObject({ keys: ['a', 'b', 'c', 'd', 'z'], problems: [] });
  });

  it('resolves a path relative to the including file, and gives each entry the directory of its file', () => {
    write({ 'main.conf': 'include a/one.conf', 'a/one.conf': 'include b/two.conf', 'a/b/two.conf': 'k = 1' });
    expect(read().entries[0]).toMatchObject({
      file: join(directory, 'a/b/two.conf'),
      line: 1,
      directory: join(directory, 'a/b'),
    });
  });

  it('allows a file to be included twice, but not within itself, even by another name', () => {
    write({ 'main.conf': 'include a.conf\ninclude a.conf\ninclude link.conf', 'a.conf': 'k = 1' });
    symlinkSync(join(directory, 'main.conf'), join(directory, 'link.conf'));
    const { keys, problems } = read();
    expect(keys).toEqual(['k', 'k']);
    expect(problems).toEqual(['/main.conf:3 link.conf includes itself, directly or through other files']);
  });

  it('accepts a glob without a match, also in a directory that does not exist', () => {
    write({ 'main.conf': 'include nowhere/*.conf\ninclude *.none' });
    expect(read().problems).toEqual([]);
  });

  it('accepts absolute globs, and globs in a parent directory', () => {
    write({
      'sub/main.conf': `include ${directory}/d/*.conf\ninclude ../e/*.conf`,
      'd/1.conf': 'a = 1',
      'e/1.conf': 'b = 1',
    });
    const problems = createProblems();
    const entries = readEntries(join(directory, 'sub/main.conf'), {
      env: {},
      readFile: readFromDisk,
      problems,
    });
    expect(entries.map(({ key, file }) => [key, file])).toEqual([
      ['a', join(directory, 'd/1.conf')],
      ['b', join(directory, 'e/1.conf')],
    ]);
  });

  // Root may read every directory.
  it.skipIf(process.getuid?.() === 0)('reports that it has no permission to read a directory', () => {
    write({ 'main.conf': 'include d/*.conf', 'd/1.conf': 'a = 1' });
    chmodSync(join(directory, 'd'), 0);
    expect(read().problems).toEqual(['/main.conf:1 no permission to read the directory']);
    chmodSync(join(directory, 'd'), 0o700);
  });

  it('stops at 1000 files if includes never end', () => {
    let files = 0;
    const { problems } = read(() => `include ${++files}.conf`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/more than 1000 files are included/);
    expect(files).toBeLessThan(1100);
  });

  it('refuses pipes and devices without reading from them', () => {
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    symlinkSync('/dev/zero', join(directory, 'zero.conf'));
    write({ 'main.conf': 'include pipe\ninclude zero.conf\nk = 1' });
    const { keys, problems } = read();
    expect(keys).toEqual(['k']);
    const why = 'this is not a regular file but a pipe, a socket or a device';
    expect(problems).toEqual([`/main.conf:1 /pipe: ${why}`, `/main.conf:2 /zero.conf: ${why}`]);
  });

  it.each([
    [
      'UTF-16 with a byte order mark',
      Buffer.from('\ufeffk = 1', 'utf16le'),
      'the file is UTF-16: save it as UTF-8',
    ],
    [
      'UTF-16 without a byte order mark',
      Buffer.from('k = 1', 'utf16le'),
      'the file is not UTF-8 text: it contains the character U+0000',
    ],
    ['bytes that are not text', Buffer.from([0xc3, 0x28]), 'the file is not UTF-8 text'],
  ])('refuses %s', (_what, content, message) => {
    expect(read(() => content).problems).toEqual([`/main.conf:0 ${message}`]);
  });

  it('counts lines with every kind of line break', () => {
    write({ 'main.conf': '\ufeffa = 1\r\nb = 1\r\rc = 1\n\nd = 1' });
    expect(read().entries.map(({ key, line }) => [key, line])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 4],
      ['d', 6],
    ]);
  });

  it('stops if the files are larger than 64 MB together', () => {
    const large = `#${'x'.repeat(20 * 1024 * 1024)}`;
    let files = 0;
    const { problems } = read(() => `include ${++files}.conf\n${large}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/more than 64 MB are included/);
    expect(files).toBeLessThan(10);
  });
});

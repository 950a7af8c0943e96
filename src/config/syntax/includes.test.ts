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
  it('puts included lines in the place of the include, globs in the order of names', () => {
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

  it('resolves a path from the file that includes it, and says so to its values', () => {
    write({ 'main.conf': 'include a/one.conf', 'a/one.conf': 'include b/two.conf', 'a/b/two.conf': 'k = 1' });
    expect(read().entries[0]).toMatchObject({
      file: join(directory, 'a/b/two.conf'),
      line: 1,
      directory: join(directory, 'a/b'),
    });
  });

  it('takes one file twice, but none within itself, by whatever name', () => {
    write({ 'main.conf': 'include a.conf\ninclude a.conf\ninclude link.conf', 'a.conf': 'k = 1' });
    symlinkSync(join(directory, 'main.conf'), join(directory, 'link.conf'));
    const { keys, problems } = read();
    expect(keys).toEqual(['k', 'k']);
    expect(problems).toEqual(['/main.conf:3 link.conf includes itself, directly or through other files']);
  });

  it('passes over a glob without match, also in a directory that is not there', () => {
    write({ 'main.conf': 'include nowhere/*.conf\ninclude *.none' });
    expect(read().problems).toEqual([]);
  });

  it('takes absolute globs, and globs above the file', () => {
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

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('says so where a directory may not be read', () => {
    write({ 'main.conf': 'include d/*.conf', 'd/1.conf': 'a = 1' });
    chmodSync(join(directory, 'd'), 0);
    expect(read().problems).toEqual(['/main.conf:1 no permission to read the directory']);
    chmodSync(join(directory, 'd'), 0o700);
  });

  it('ends where includes would not', () => {
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
    ['UTF-16 with a mark', Buffer.from('\ufeffk = 1', 'utf16le'), 'the file is UTF-16: save it as UTF-8'],
    [
      'UTF-16 without one',
      Buffer.from('k = 1', 'utf16le'),
      'the file is no UTF-8 text: it holds the character U+0000',
    ],
    ['no text', Buffer.from([0xc3, 0x28]), 'the file is not UTF-8 text'],
  ])('names the encoding that it cannot read: %s', (_what, content, trouble) => {
    expect(read(() => content).problems).toEqual([`/main.conf:0 ${trouble}`]);
  });

  it('numbers lines by any line break', () => {
    write({ 'main.conf': '\ufeffa = 1\r\nb = 1\r\rc = 1\n\nd = 1' });
    expect(read().entries.map(({ key, line }) => [key, line])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 4],
      ['d', 6],
    ]);
  });

  it('ends where includes would be too large together', () => {
    const large = `#${'x'.repeat(20 * 1024 * 1024)}`;
    let files = 0;
    const { problems } = read(() => `include ${++files}.conf\n${large}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/more than 64 MB are included/);
    expect(files).toBeLessThan(10);
  });
});

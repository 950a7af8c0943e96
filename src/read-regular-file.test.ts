import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRegularFile } from './read-regular-file.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regular-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function codeFor(path: string, maxBytes?: number): string {
  try {
    readRegularFile(path, maxBytes);
    return 'none';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

it('reads a whole file, also through symbolic links', () => {
  const path = join(directory, 'file');
  const content = 'x'.repeat(200_001);
  writeFileSync(path, content);
  symlinkSync(path, join(directory, 'link'));
  expect(readRegularFile(join(directory, 'link')).toString()).toBe(content);
});

it('reads files of the kernel, which announce no size', () => {
  expect(readRegularFile('/proc/self/cmdline').length).toBeGreaterThan(0);
});

it('refuses a named pipe, a device and a directory without waiting', () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, join(directory, 'link'));
  expect(codeFor(pipe)).toBe('ERR_NOT_A_FILE');
  expect(codeFor(join(directory, 'link'))).toBe('ERR_NOT_A_FILE');
  expect(codeFor('/dev/zero')).toBe('ERR_NOT_A_FILE');
  expect(codeFor(directory)).toBe('EISDIR');
});

it('refuses a file above the limit and accepts one at the limit', () => {
  const path = join(directory, 'file');
  writeFileSync(path, '12345');
  expect(codeFor(path, 4)).toBe('ERR_FILE_TOO_LARGE');
  expect(codeFor(path, 5)).toBe('none');
});

it('reports the error of the system for a missing file', () => {
  expect(codeFor(join(directory, 'none'))).toBe('ENOENT');
});

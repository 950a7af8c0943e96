import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { createFileProvider } from './file.js';
import { SecretError, type SecretProvider } from './provider.js';

const MARK = 'S3CR3T';

let folder: TemporaryFolder;
let clock: FakeClock;
beforeEach(() => {
  folder = createTemporaryFolder();
  clock = createFakeClock();
});
afterEach(() => folder.remove());

const file = (name = 'creds.json'): string => join(folder.path, name);
const write = (text: string | Uint8Array): void => writeFileSync(file(), text);
const create = (path = file()): SecretProvider => createFileProvider(path, clock);

async function failureOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SecretError);
  const shown = inspect(error, { depth: 9, showHidden: true });
  expect(shown).not.toContain(MARK);
  return (error as SecretError).message;
}

describe('reading', () => {
  it('gives the fields of the JSON object, hidden from print', async () => {
    write(`{"CLIENT_ID": "id", "CLIENT_SECRET": "${MARK}", "n": 12345678901234567890, "__proto__": "p"}`);
    const fields = await create().read();
    expect([...fields]).toEqual([
      ['CLIENT_ID', 'id'],
      ['CLIENT_SECRET', MARK],
      ['n', 12345678901234567890n],
      ['__proto__', 'p'],
    ]);
    expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain(MARK);
  });

  it('takes a byte order mark off', async () => {
    write('\ufeff{"a": "b"}');
    expect((await create().read()).get('a')).toBe('b');
  });

  it.each([
    ['', 'is not JSON'],
    [`{"CLIENT_SECRET": "${MARK}"`, 'is not JSON'],
    [`["${MARK}"]`, 'is not a JSON object'],
    [Buffer.from(`{"a":"${MARK}\xff"}`, 'latin1'), 'is not UTF-8'],
    [Buffer.from(`\ufeff{"a":"${MARK}"}`, 'utf16le'), 'is not UTF-8'],
  ])('refuses %j, and names the file', async (content, message) => {
    write(content);
    expect(await failureOf(create().read())).toBe(`the file ${file()} ${message}`);
  });

  it('takes 1 MB and not a byte more', async () => {
    const empty = '{"a": ""}';
    const text = (length: number) => empty.replace('""', `"${'x'.repeat(length - empty.length)}"`);
    write(text(1024 * 1024));
    expect((await create().read()).size).toBe(1);
    write(text(1024 * 1024 + 1));
    expect(await failureOf(create().read())).toBe(`the file ${file()} is larger than 1048576 bytes`);
  });

  it('refuses devices, which never end', async () => {
    expect(await failureOf(create('/dev/zero').read())).toBe('/dev/zero is not a file');
  });

  it('does not wait for a named pipe', async () => {
    execFileSync('mkfifo', [file('pipe')]);
    expect(await failureOf(create(file('pipe')).read())).toBe(`${file('pipe')} is not a file`);
  });

  it('refuses a folder, and what is not there', async () => {
    expect(await failureOf(create(folder.path).read())).toBe(`${folder.path} is not a file`);
    expect(await failureOf(create(file('none')).read())).toBe(
      `the file ${file('none')} cannot be read (ENOENT)`,
    );
    expect(await failureOf(create(`${file()}\0`).read())).toBe(
      `the file ${file()}\0 cannot be read (ERR_INVALID_ARG_VALUE)`,
    );
  });
});

describe('watching', () => {
  let stopWatch: () => void;
  let changes: number;
  let provider: SecretProvider;

  /** Watches a file that holds `text` and has been read. */
  async function watch(text: string | undefined, path = file()): Promise<void> {
    if (text !== undefined) write(text);
    provider = create(path);
    changes = 0;
    stopWatch = provider.watch?.(() => {
      changes += 1;
    }) as () => void;
    await provider.read().catch(() => undefined);
  }
  /** Lets one look happen; it ends by setting the timer for the next. */
  async function look(): Promise<void> {
    expect(clock.pending).toBe(1);
    clock.advance(1_000);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
  }
  afterEach(() => {
    stopWatch();
    expect(clock.pending).toBe(0);
  });

  it('is silent while nothing changes', async () => {
    await watch('{"a": "1"}');
    for (let n = 0; n < 3; n++) await look();
    expect(changes).toBe(0);
  });

  it('looks once a second', async () => {
    await watch('{"a": "1"}');
    write('{"a": "22"}');
    clock.advance(999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(clock.pending).toBe(0);
    await vi.waitFor(() => expect(changes).toBe(1));
  });

  it.each([
    ['written anew', () => write('{"a": "22"}')],
    ['replaced by a file of the same size and time', replaceAlike],
    ['removed', () => unlinkSync(file())],
    ['touched', () => utimesSync(file(), 1, 1)],
  ])('tells when the file is %s, until it is read again', async (_, change) => {
    await watch('{"a": "1"}');
    utimesSync(file(), 5, 5);
    await provider.read();
    change();
    await look();
    await look();
    expect(changes).toBe(2);
    await provider.read().catch(() => undefined);
    await look();
    expect(changes).toBe(2);
  });

  it('tells when a file appears', async () => {
    await watch(undefined);
    await look();
    expect(changes).toBe(0);
    write('{"a": "1"}');
    await look();
    expect(changes).toBe(1);
    expect((await provider.read()).get('a')).toBe('1');
  });

  it('tells when a broken file is mended', async () => {
    await watch('{"a": ');
    await look();
    expect(changes).toBe(0);
    write('{"a": "1"}');
    await look();
    expect(changes).toBe(1);
  });

  it('follows the symlink that Kubernetes swaps', async () => {
    // The mounted folder: creds.json → ..data/creds.json, ..data → ..2026_01, and the swap is one rename.
    folder.write('..2026_01/creds.json', '{"a": "old"}');
    symlinkSync('..2026_01', file('..data'));
    symlinkSync('..data/creds.json', file());
    await watch(undefined);
    await look();
    expect(changes).toBe(0);

    folder.write('..2026_02/creds.json', '{"a": "new"}');
    symlinkSync('..2026_02', file('..data_tmp'));
    renameSync(file('..data_tmp'), file('..data'));
    rmSync(file('..2026_01'), { recursive: true });
    await look();
    expect(changes).toBe(1);
    expect((await provider.read()).get('a')).toBe('new');
  });

  it('ends at once, a look under way included', async () => {
    await watch('{"a": "1"}');
    write('{"a": "22"}');
    clock.advance(1_000);
    stopWatch();
    // The next read's own look comes after the one that was under way.
    await provider.read();
    expect([changes, clock.pending]).toEqual([0, 0]);
  });

  function replaceAlike(): void {
    writeFileSync(file('new'), '{"a": "2"}');
    utimesSync(file('new'), 5, 5);
    renameSync(file('new'), file());
  }
});

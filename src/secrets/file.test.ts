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
  it('returns the fields of the JSON object, hidden from print', async () => {
    write(`{"CLIENT_ID": "id", "CLIENT_SECRET": "${MARK}", "n": 12345678901234567890, "__proto__": "p"}`);
    const fields = await create().read();
    expect(
      ['CLIENT_ID', 'CLIENT_SECRET', 'n', '__proto__', 'toString'].map((name) => fields.get(name)),
    ).toEqual(['id', MARK, 12345678901234567890n, 'p', undefined]);
    expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain(MARK);
  });

  it('removes a byte order mark', async () => {
    write('\ufeff{"a": "b"}');
    expect((await create().read()).get('a')).toBe('b');
  });

  it.each([
    ['', 'is not JSON'],
    [`{"CLIENT_SECRET": "${MARK}"`, 'is not JSON'],
    [`"${MARK}"`, 'is not a JSON object'],
    [Buffer.from(`{"a":"${MARK}\xff"}`, 'latin1'), 'is not UTF-8'],
    [Buffer.from(`\ufeff{"a":"${MARK}"}`, 'utf16le'), 'is not UTF-8'],
  ])('refuses %j, and names the file', async (content, message) => {
    write(content);
    expect(
      await failureOf(
        create()
          .read()
          .then((fields) => fields.get('a')),
      ),
    ).toMatch(new RegExp(`^the file ${file()} ${message}(; use field = [.] for the whole text)?$`));
  });

  it.each([
    [`${MARK}\n`, `${MARK}\n`],
    [`\ufeff${MARK}`, MARK],
    ['{"a": 1}', '{"a": 1}'],
  ])('returns the whole %j as the field .', async (content, text) => {
    write(content);
    expect((await create().read()).get('.')).toBe(text);
  });

  it('reads fields of nested JSON', async () => {
    write(`{"db": {"keys": [{"k": "${MARK}"}]}, "a.b": "as it is", "a": {"b": "no"}}`);
    const fields = await create().read();
    expect(
      ['db.keys.0.k', 'a.b', 'db.none', 'db.keys.length', 'db.'].map((name) => fields.get(name)),
    ).toEqual([MARK, 'as it is', undefined, undefined, undefined]);
  });

  it('accepts at most 1 MB', async () => {
    const empty = '{"a": ""}';
    const text = (length: number) => empty.replace('""', `"${'x'.repeat(length - empty.length)}"`);
    write(text(1024 * 1024));
    expect((await create().read()).get('a')).toMatch(/^x+$/);
    write(text(1024 * 1024 + 1));
    expect(await failureOf(create().read())).toBe(`the file ${file()} is larger than 1048576 bytes`);
  });

  it('refuses devices', async () => {
    expect(await failureOf(create('/dev/zero').read())).toBe('/dev/zero is not a file');
  });

  it('does not wait for a named pipe', async () => {
    execFileSync('mkfifo', [file('pipe')]);
    expect(await failureOf(create(file('pipe')).read())).toBe(`${file('pipe')} is not a file`);
  });

  it('refuses a file that does not exist', async () => {
    expect(await failureOf(create(file('none')).read())).toBe(
      `the file ${file('none')} is unreadable (ENOENT)`,
    );
    expect(await failureOf(create(`${file()}\0`).read())).toBe(
      `the file ${file()}\0 is unreadable (ERR_INVALID_ARG_VALUE)`,
    );
  });
});

describe('a folder', () => {
  const read = async (name: string) =>
    (await createFileProvider(folder.path, clock, [name]).read()).get(name);
  const refusal = (name: string) => failureOf(read(name));

  it('has a field with the exact text of each file', async () => {
    folder.write('api_key', `\ufeff${MARK}\n`);
    folder.write('tls.crt', 'certificate');
    expect([await read('api_key'), await read('tls.crt')]).toEqual([`${MARK}\n`, 'certificate']);
    const fields = await createFileProvider(folder.path, clock, ['api_key', 'tls.crt']).read();
    expect([fields.get('api_key'), fields.get('tls.crt')]).toEqual([`${MARK}\n`, 'certificate']);
    expect(inspect({ fields }, { depth: 9 }) + JSON.stringify({ fields })).not.toContain(MARK);
  });

  it('has only the named fields', async () => {
    folder.write('api_key', MARK);
    expect((await createFileProvider(folder.path, clock, ['other']).read()).get('api_key')).toBeUndefined();
  });

  it('refuses a field that is not a file in it', async () => {
    folder.write('inner/key', MARK);
    execFileSync('mkfifo', [file('pipe')]);
    symlinkSync('/dev/zero', file('device'));
    writeFileSync(file('binary'), Buffer.from(`\xff${MARK}`, 'latin1'));
    expect(await refusal('none')).toBe(`the file ${file('none')} is unreadable (ENOENT)`);
    expect(await refusal('inner')).toBe(`${file('inner')} is not a file`);
    expect(await refusal('pipe')).toBe(`${file('pipe')} is not a file`);
    expect(await refusal('device')).toBe(`${file('device')} is not a file`);
    expect(await refusal('binary')).toBe(`the file ${file('binary')} is not UTF-8`);
    for (const name of ['inner/key', '..', '../x', 'a\\b']) {
      expect(await refusal(name)).toBe(`field ${name} is not the name of a file in ${folder.path}`);
    }
    expect(await refusal('.')).toBe(`${folder.path} is a folder: field must be the name of a file in it`);
  });

  it('has the other fields if one file is unreadable', async () => {
    folder.write('good', MARK);
    const fields = await createFileProvider(folder.path, clock, ['none', 'good']).read();
    expect(fields.get('good')).toBe(MARK);
    expect(() => fields.get('none')).toThrow(SecretError);
  });
});

describe('watching', () => {
  let stopWatch: () => void;
  let changes: number;
  let provider: SecretProvider;

  /** Watches a file that holds `text` and has been read. */
  async function watch(text: string | undefined, path = file(), names: string[] = []): Promise<void> {
    if (text !== undefined) write(text);
    provider = createFileProvider(path, clock, names);
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

  it('polls once a second', async () => {
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
  ])('reports that the file is %s until it is read again', async (_, change) => {
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

  it('reports a file that appears', async () => {
    await watch(undefined);
    await look();
    expect(changes).toBe(0);
    write('{"a": "1"}');
    await look();
    expect(changes).toBe(1);
    expect((await provider.read()).get('a')).toBe('1');
  });

  it('reports that a broken file is fixed', async () => {
    await watch('{"a": ');
    await look();
    expect(changes).toBe(0);
    write('{"a": "1"}');
    await look();
    expect(changes).toBe(1);
  });

  it('follows a symlink that Kubernetes replaces', async () => {
    // The mounted folder: creds.json → ..data/creds.json, ..data → ..2026_01, and the swap is one
    // rename.
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

  it('follows a folder whose files Kubernetes replaces', async () => {
    // api_key → ..data/api_key, ..data → ..2026_01, and the swap is one rename.
    folder.write('secret/..2026_01/api_key', 'old');
    symlinkSync('..2026_01', file('secret/..data'));
    symlinkSync('..data/api_key', file('secret/api_key'));
    await watch(undefined, file('secret'), ['api_key']);
    folder.write('secret/other', 'nobody asks for it');
    await look();
    expect(changes).toBe(0);

    folder.write('secret/..2026_02/api_key', 'new');
    symlinkSync('..2026_02', file('secret/..data_tmp'));
    renameSync(file('secret/..data_tmp'), file('secret/..data'));
    await look();
    expect(changes).toBe(1);
    expect((await provider.read()).get('api_key')).toBe('new');
  });

  it('reports a new file in a folder', async () => {
    folder.write('secret/other', 'x');
    await watch(undefined, file('secret'), ['api_key']);
    folder.write('secret/api_key', 'new');
    await look();
    expect(changes).toBe(1);
  });

  it('stops at once, even during a poll', async () => {
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

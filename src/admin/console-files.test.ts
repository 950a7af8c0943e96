import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { readConsoleFiles } from './console-files.js';

const closing = closeAfterEach();

const MAP = '\n  {"imports":{"preact":"./console/lib/preact.mjs"}}\n';
const PAGE = `<!doctype html><script type="importmap">${MAP}</script><script type="module" src="console/main.js"></script>`;

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'console-'));
  closing(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}

describe('the files of the console', () => {
  it('are the page, its modules, its style and the libraries', async () => {
    const { page, parts } = await readConsoleFiles(
      await folder({
        'index.html': PAGE,
        'main.js': 'main',
        'pages/live.js': 'live',
        'style.css': 'style',
        'icon.svg': '<svg/>',
        'notes.txt': 'not for browsers',
      }),
    );
    expect([...parts.keys()].sort()).toEqual([
      '/console/icon.svg',
      '/console/lib/hooks.mjs',
      '/console/lib/htm.mjs',
      '/console/lib/preact.mjs',
      '/console/lib/signals-core.mjs',
      '/console/lib/signals.mjs',
      '/console/main.js',
      '/console/pages/live.js',
      '/console/style.css',
    ]);
    expect(page.type).toBe('text/html; charset=utf-8');
    expect([...parts.values()].map(({ type }) => type.split(';')[0])).toEqual(
      expect.arrayContaining(['text/javascript', 'text/css', 'image/svg+xml']),
    );
    const sent = gunzipSync(page.gzipped).toString();
    expect(sent.replaceAll(/<link rel="modulepreload" href="[^"]*" \/>/g, '')).toBe(PAGE);
  });

  it('are all named in the page, so that the browser loads them at once', async () => {
    const { page, parts } = await readConsoleFiles(
      await folder({ 'index.html': PAGE, 'main.js': 'main', 'pages/live.js': 'live', 'style.css': 'style' }),
    );
    const named = [...page.bytes.toString().matchAll(/modulepreload" href="([^"]*)"/g)].map(
      ([, path]) => `/${path}`,
    );
    expect(named.sort()).toEqual([...parts.keys()].filter((path) => !path.endsWith('.css')).sort());
  });

  it('may run no script but those of the gateway and the import map', async () => {
    const { policy } = await readConsoleFiles(await folder({ 'index.html': PAGE }));
    const hash = createHash('sha256').update(MAP).digest('base64');
    expect(policy).toBe(
      `default-src 'self'; script-src 'self' 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
    );
  });

  it('have a tag that changes with the content', async () => {
    const one = await readConsoleFiles(await folder({ 'index.html': PAGE }));
    const same = await readConsoleFiles(await folder({ 'index.html': PAGE }));
    const other = await readConsoleFiles(await folder({ 'index.html': `${PAGE} ` }));
    expect(one.page.tag).toBe(same.page.tag);
    expect(one.page.tag).not.toBe(other.page.tag);
  });

  it('cannot be read before the build', async () => {
    await expect(readConsoleFiles(await folder({}))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

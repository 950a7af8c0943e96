import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandRun, runCommand, untilReady } from '../support/command.js';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/calling.md');
const DEMO_URL = 'ws://127.0.0.1:18080/ws';
const PROGRAMS = [...DOCUMENT.matchAll(/^```js\n(.*?)^```$(?:\n\nprints\n\n```\n(.*?)^```$)?/gms)];

let folder: TemporaryFolder;
let demo: CommandRun;
let url: string;
beforeAll(async () => {
  folder = createTemporaryFolder();
  symlinkSync(
    fileURLToPath(new URL('../../node_modules', import.meta.url)),
    join(folder.path, 'node_modules'),
  );
  demo = runCommand(['demo', '--port', '0', '--admin-port', '0']);
  ({ url } = await untilReady(demo));
});
afterAll(async () => {
  demo.send('SIGTERM');
  await demo.ended;
  folder.remove();
});

it('has programs for both JavaScript libraries, a trace, an error and a timeout', () => {
  expect(PROGRAMS.length).toBe(5);
});

it.each(PROGRAMS.map(([, code = '', printed], index) => ({ index, code, printed })))(
  'program $index runs as it stands in docs/calling.md',
  async ({ index, code, printed }) => {
    const file = folder.write(`${index}.mjs`, code.replaceAll(DEMO_URL, url));
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    if (printed === undefined) expect(stdout).toMatch(/^200( INV-001)?\n$/);
    else expect(stdout).toBe(printed);
  },
);

it('names commands that exist, with options that they have', async () => {
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(DOCUMENT) ?? [];
  const lines = block.trim().split('\n');
  expect(lines.length).toBe(2);
  for (const line of lines) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    const command = runCommand([...words.slice(1), '--url', url]);
    expect(await command.ended, command.err()).toBe(0);
  }
});

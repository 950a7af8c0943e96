import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCommand, untilReady } from '../support/command.js';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';
import { findPythonWithAutobahn } from './python.js';

const python = await findPythonWithAutobahn();

describe.skipIf(python === undefined)('docs/calling.md', () => {
  it('has a Python program that runs as it stands', async () => {
    const [, program = ''] = /^```python\n(.*?)^```$/ms.exec(readDocument('docs/calling.md')) ?? [];
    const folder = createTemporaryFolder();
    const demo = runCommand(['demo', '--port', '0', '--admin-port', '0']);
    const { url } = await untilReady(demo);
    const file = folder.write('client.py', program.replace('ws://127.0.0.1:18080/ws', url));
    const { stdout } = await promisify(execFile)(python!, [file], { timeout: 30_000 });
    expect(stdout).toContain('200 INV-001\n');
    demo.send('SIGTERM');
    await demo.ended;
    folder.remove();
  });
});

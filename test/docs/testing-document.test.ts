import { describe, expect, it } from 'vitest';
import { commandFixture } from '../support/command-fixture.js';
import { readDocument } from '../support/documents.js';

const DOCUMENT = readDocument('docs/testing.md');
const [, CASES = ''] = /```yaml\n([^`]*)```/.exec(DOCUMENT) ?? [];
const [, OUTPUT = ''] = /```console\n\$ rpc-gateway test .*\n([^`]*)```/.exec(DOCUMENT) ?? [];

describe('docs/testing.md', () => {
  const fixture = commandFixture();

  it('shows cases that pass for the configuration of the guide, with their output', async () => {
    const config = new URL('../../examples/demo.conf', import.meta.url).pathname;
    const file = fixture.folder.write('billing.yaml', CASES);
    const { code, out, err } = await fixture.finished(['test', file, '--config', config]);
    expect(err).toBe('');
    expect(out.replace(file, 'billing.yaml')).toBe(OUTPUT);
    expect(code).toBe(0);
  });
});

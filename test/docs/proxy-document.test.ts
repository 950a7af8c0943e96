import { describe, expect, it } from 'vitest';
import { check } from '../../src/cli/check.js';
import { readNoProxy } from '../../src/upstream/proxy/no-proxy.js';
import { readDocument } from '../support/documents.js';
import { createFakeHost } from '../support/fake-host.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/proxy.md');
const [, CONFIGURATION = ''] = /```ini\n([^`]*)```/.exec(DOCUMENT) ?? [];
const [, PRINTED = ''] = /```\n(bondy\.conf is fine[^`]*)```/.exec(DOCUMENT) ?? [];

describe('docs/proxy.md', () => {
  it('shows what check prints', async () => {
    const folder = createTemporaryFolder();
    try {
      const host = createFakeHost({ PROXY_PASSWORD: 'p%40ss' });
      await check({ config: folder.write('bondy.conf', CONFIGURATION) }, host);
      expect(host.out().replace(`${folder.path}/`, '')).toMatch(PRINTED);
      expect(host.err()).toBe('');
    } finally {
      folder.remove();
    }
  });

  it('names items of no_proxy that match', () => {
    const [, environment = ''] = /## With the environment\n(.*?)\n## /s.exec(DOCUMENT) ?? [];
    const [names, addresses, ranges, , ports] = environment
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .slice(3)
      .map((line) =>
        [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, item]) => item as string),
      );
    const matches = (item: string, host: string, port = 443) => readNoProxy(item)(host, port);
    for (const item of names ?? []) expect(matches(item, 'api.example.com'), item).toBe(true);
    expect(addresses?.map((item) => matches(item, item))).toEqual([true, true]);
    expect(ranges?.map((item) => matches(item, item.replace(/0?\/.*/, '7')))).toEqual([true, true]);
    expect(ports?.map((item) => matches(item, new URL(`x://${item}`).hostname, 8443))).toEqual([
      true,
      true,
      true,
    ]);
    expect(matches('*.example.com', 'api.example.com')).toBe(false);
  });
});

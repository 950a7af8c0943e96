import { describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { check } from '../../../src/cli/check.js';
import { loadConfig } from '../../../src/config/load-config.js';
import type { ConfigurationDetail } from '../../../src/status/effective-key.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeHost } from '../../support/fake-host.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const closing = closeAfterEach();

const OPS = ['listeners.clients.port = 0', 'listeners.ops.protocol = admin', 'listeners.ops.port = 0'];

async function open(...lines: readonly string[]) {
  const folder = createTemporaryFolder();
  closing(() => folder.remove());
  const conf = (more: readonly string[]) => billingConf('http://127.0.0.1:9', ...OPS, ...more);
  const file = folder.write('bondy.conf', conf(lines));
  const load = () => loadConfig(file, { env: {} });
  const gateway = createGateway(load(), { readConfig: load });
  closing(() => gateway.stop(0));
  await gateway.start();
  const url = `${gateway.adminEndpoints[0]}/configuration`;
  const detail = async () => (await (await fetch(url)).json()) as ConfigurationDetail;
  return {
    file,
    gateway,
    detail,
    write: (...more: readonly string[]) => void folder.write('bondy.conf', conf(more)),
    async find(key: string) {
      return (await detail()).keys.find((each) => each.key === `rpc_gateway.services.billing.${key}`);
    },
  };
}

describe('the configuration in the console', () => {
  it('has every key with its place in the file, or as a default', async () => {
    const { file, find } = await open('+timeout = 15s');
    expect(await find('timeout')).toEqual({
      key: 'rpc_gateway.services.billing.timeout',
      value: '15s',
      source: `${file}:21`,
    });
    expect(await find('retries')).toMatchObject({ value: '3', source: 'default' });
  });

  it('has the notices as check prints them', async () => {
    const { file, detail } = await open('+timeout = 15s', '+timeout = 16s', 'cluster.name = a');
    const host = createFakeHost();
    check({ config: file }, host);
    const { notices } = await detail();
    expect(notices.length).toBe(2);
    expect(host.err().trim().split('\n')).toEqual(notices);
  });

  it('is the new one after a reload, and the old one after a refused reload', async () => {
    const { gateway, write, find } = await open('+timeout = 15s');
    write('+retries = 1', '+timeout = 16s');
    await gateway.reload();
    expect(await find('timeout')).toMatchObject({ value: '16s', source: expect.stringMatching(/:22$/) });
    expect(await find('retries')).toMatchObject({ value: '1' });
    write('+timeout = wrong');
    expect(await gateway.reload()).toMatchObject({ kind: 'refused' });
    expect(await find('timeout')).toMatchObject({ value: '16s' });
  });
});

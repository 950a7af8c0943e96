import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { callTarget } from './call-target.js';

const procedure = (name: string, realm: string): string => `
rpc_gateway.services.shop.procedures.${name}.uri = com.shop.${name}
rpc_gateway.services.shop.procedures.${name}.realm = ${realm}`;

const CONFIG = `rpc_gateway.services.shop.base_url = http://127.0.0.1
${procedure('first', 'com.one')}${procedure('second', 'com.two')}
listeners.main.ip = 0.0.0.0
listeners.main.port = 8080
listeners.main.path = /wamp`;

describe('the target of a call', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = createTemporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is the first listener of the configuration, in the realm of the procedure or the first realm', async () => {
    const config = folder.write('bondy.conf', CONFIG);
    const url = 'ws://127.0.0.1:8080/wamp';
    expect(await callTarget('com.shop.second', { config }, createFakeHost())).toEqual({
      url,
      realm: 'com.two',
    });
    expect(await callTarget('wamp.session.count', { config }, createFakeHost())).toEqual({
      url,
      realm: 'com.one',
    });
  });

  it('is the first router that the configuration joins, in attached mode', async () => {
    const config = folder.write('bondy.conf', `${CONFIG}\nrouter.url = wss://one/ws, wss://two/ws`);
    expect(await callTarget('com.shop.second', { config }, createFakeHost())).toEqual({
      url: 'wss://one/ws',
      realm: 'com.two',
    });
  });

  it('comes from the options first, then from RPC_GATEWAY_URL', async () => {
    const config = folder.write('bondy.conf', CONFIG);
    const host = createFakeHost({ RPC_GATEWAY_URL: 'ws://env/ws' });
    const given = { url: 'ws://option/ws', realm: 'com.other' };
    expect(await callTarget('com.shop.second', { config, ...given }, host)).toEqual(given);
    expect(await callTarget('com.shop.second', { config }, host)).toEqual({
      url: 'ws://env/ws',
      realm: 'com.two',
    });
  });

  it('needs no readable configuration if the options are complete', async () => {
    const given = { url: 'ws://option/ws', realm: 'com.other' };
    const config = folder.write('bondy.conf', 'rpc_gateway.nonsense = 1');
    expect(await callTarget('com.shop.first', { config, ...given }, createFakeHost())).toEqual(given);
    await expect(callTarget('com.shop.first', { config }, createFakeHost())).rejects.toThrow(
      'rpc_gateway.nonsense',
    );
  });

  it('is the demo by default', async () => {
    const demo = { url: 'ws://127.0.0.1:18080/ws', realm: 'com.example.myrealm' };
    expect(await callTarget('com.billing.get_invoice', {}, createFakeHost())).toEqual(demo);
  });
});

import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { joinRealm } from '../../../src/wamp/client/session.js';
import { billingConf } from '../../support/billing-conf.js';
import { REALM } from '../../support/caller.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

/** An address of this machine that is not loopback. Connections to it come from it. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

describe('listeners in the syntax of Bondy 1.0', () => {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  let gateway: Gateway;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream();
  });
  afterEach(async () => {
    await gateway.stop(0);
    await upstream.close();
    folder.remove();
  });

  async function start(...lines: string[]): Promise<void> {
    const conf = billingConf(upstream.url, ...lines);
    gateway = createGateway(parseConfig(conf, { env: {}, file: join(folder.path, 'bondy.conf') }));
    await gateway.start();
  }
  async function call(url: string): Promise<unknown> {
    const session = await joinRealm(await dialRouter(url), { realm: REALM });
    const { kwargs } = await session.call('com.billing.get_invoice', { kwargs: { id: 1 } });
    await session.leave();
    return kwargs;
  }

  it('open, and give access to the procedures', async () => {
    const socket = join(folder.path, 'side.sock');
    await start(
      'listeners.edge.transport = tcp',
      'listeners.edge.protocol = http',
      'listeners.edge.port = 0',
      'listeners.edge.services = wamp_ws, api_gateway',
      'listeners.raw.protocol = wamp_rawsocket',
      'listeners.raw.port = 0',
      'listeners.side.transport = uds',
      'listeners.side.protocol = wamp_rawsocket',
      `listeners.side.path = ${socket}`,
      'listeners.bridge.protocol = bridge_relay',
      'listeners.bridge.port = 1',
    );
    expect(gateway.endpoints.map((url) => url.replace(/:\d+/, ''))).toEqual([
      'ws://127.0.0.1/ws',
      'rs://127.0.0.1',
      `rs://unix:${socket}`,
    ]);
    for (const url of gateway.endpoints) expect(await call(url)).toMatchObject({ status: 200 });
  });

  it('accept anonymous users only from this machine with allow_anonymous_user = local', async () => {
    const socket = join(folder.path, 'side.sock');
    await start(
      'security.allow_anonymous_user = LOCAL',
      'listeners.edge.port = 0',
      'listeners.edge.ip = 0.0.0.0',
      'listeners.raw.protocol = wamp_rawsocket',
      'listeners.raw.ip = 0.0.0.0',
      'listeners.raw.port = 0',
      'listeners.side.transport = uds',
      'listeners.side.protocol = wamp_rawsocket',
      `listeners.side.path = ${socket}`,
    );
    const [websocket = '', rawsocket = ''] = gateway.endpoints.map((url) =>
      url.replace('0.0.0.0', '127.0.0.1'),
    );
    for (const url of [websocket, rawsocket, `unix:${socket}`]) {
      expect(await call(url)).toMatchObject({ status: 200 });
    }
    if (outside === undefined) return;
    for (const url of [websocket, rawsocket]) {
      await expect(call(url.replace('127.0.0.1', outside))).rejects.toThrow(/admits no anonymous/);
    }
  });
});

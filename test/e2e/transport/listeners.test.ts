import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../../src/assembly/create-gateway.js';
import { listenerUrls } from '../../../src/cli/endpoints.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { joinRealm } from '../../../src/wamp/client/session.js';
import { billingConf } from '../../support/billing-conf.js';
import { REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectOctets } from '../../support/octet-client.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';
import { killedServer } from '../../support/unix-sockets.js';

const { ca } = readTlsFixtures();

/** The keys of listeners, and their effect on clients. */
describe('listeners', () => {
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  const closeLater = closeAfterEach();
  beforeEach(async () => {
    folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    upstream = closeLater(await startRecordingUpstream());
  });

  const config = (...lines: string[]) =>
    parseConfig(billingConf(upstream.url, ...lines), { env: {}, file: join(folder.path, 'bondy.conf') });
  async function start(...lines: string[]): Promise<Gateway> {
    const gateway = createGateway(config(...lines));
    closeLater(() => gateway.stop(0));
    await gateway.start();
    return gateway;
  }
  async function call(url: string): Promise<unknown> {
    const session = await joinRealm(await dialRouter(url, { tls: { ca } }), { realm: REALM });
    const { kwargs } = await session.call('com.billing.get_invoice', { kwargs: { id: 1 } });
    await session.leave();
    return kwargs;
  }

  it('of every kind give access to the same procedures', async () => {
    const gateway = await start(
      'listeners.web.port = 0',
      'listeners.raw.protocol = rawsocket',
      'listeners.raw.port = 0',
      'listeners.unix.protocol = rawsocket',
      'listeners.unix.socket = gateway.sock',
      'listeners.both.protocol = universal',
      'listeners.both.port = 0',
      'listeners.both.path = /both',
      'listeners.safe.protocol = universal',
      'listeners.safe.port = 0',
      `listeners.safe.tls.certfile = ${TLS_FILES.serverCert}`,
      `listeners.safe.tls.keyfile = ${TLS_FILES.serverKey}`,
      'listeners.off.enabled = off',
    );
    expect(gateway.endpoints.map((url) => url.replace(/:\d+/, ':PORT'))).toEqual([
      'ws://127.0.0.1:PORT/ws',
      'rs://127.0.0.1:PORT',
      `rs://unix:${folder.path}/gateway.sock`,
      'ws://127.0.0.1:PORT/both',
      'rs://127.0.0.1:PORT',
      'wss://127.0.0.1:PORT/ws',
      'rss://127.0.0.1:PORT',
    ]);
    for (const url of gateway.endpoints) expect(await call(url)).toBeDefined();
    expect(upstream.requests).toHaveLength(7);
  });

  it('are one for each transport when none is declared', () => {
    expect(listenerUrls(config())).toEqual(['ws://127.0.0.1:18080/ws', 'rs://127.0.0.1:18082']);
  });

  it('that cannot all be opened leave none open, and no file', async () => {
    const [url = ''] = (await start('listeners.web.port = 0')).endpoints;
    const second = createGateway(
      config(
        'listeners.unix.protocol = rawsocket',
        'listeners.unix.socket = gateway.sock',
        `listeners.web.port = ${new URL(url).port}`,
      ),
    );
    await expect(second.start()).rejects.toThrow('the port is in use');
    expect([second.endpoints, readdirSync(folder.path)]).toEqual([[], []]);
  });

  it('on a Unix socket replace the file that a killed gateway left, and remove their own', async () => {
    const path = join(folder.path, 'gateway.sock');
    await killedServer(path);
    const lines = ['listeners.unix.protocol = rawsocket', 'listeners.unix.socket = gateway.sock'];
    const gateway = await start(...lines);
    const [url = ''] = gateway.endpoints;
    await call(url);
    await expect(createGateway(config(...lines)).start()).rejects.toThrow(
      `cannot listen on ${path}: another program listens there`,
    );
    await call(url);
    await gateway.stop(0);
    expect(existsSync(path)).toBe(false);
  });

  it('accept max_sessions connections, and max_sessions_per_source from each source', async () => {
    const gateway = await start(
      'listeners.few.protocol = universal',
      'listeners.few.port = 0',
      'listeners.few.max_sessions = 1',
      'listeners.own.protocol = rawsocket',
      'listeners.own.port = 0',
      'listeners.own.max_sessions_per_source = 1',
      'listeners.all.protocol = rawsocket',
      'listeners.all.port = 0',
    );
    const [few = '', fewRaw = '', own = '', all = ''] = gateway.endpoints;
    const held = [await connectOctets(few), await connectOctets(own)];
    await expect(dialRouter(few)).rejects.toThrow('HTTP 503');
    await expect(dialRouter(fewRaw)).rejects.toThrow('maximum number of connections');
    await expect(dialRouter(own)).rejects.toThrow('maximum number of connections');
    await call(all);
    for (const client of held) client.close();
  });

  it('apply wamp.max_message_size and wamp.handshake_timeout', async () => {
    const gateway = await start(
      'wamp.max_message_size = 3KB',
      'wamp.handshake_timeout = 60ms',
      'listeners.raw.protocol = rawsocket',
      'listeners.raw.port = 0',
    );
    const client = await connectOctets(gateway.endpoints[0] ?? '');
    client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
    // 2 KB: the power of two below.
    expect(await client.read(4)).toEqual(Buffer.from([0x7f, 0x21, 0, 0]));
    expect(String(await client.rest())).toContain('no HELLO within the handshake timeout');
  });
});

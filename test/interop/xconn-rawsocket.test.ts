import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FORMATS } from '../support/clients.js';
import { type RouterHost, untilEmpty } from '../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { startRouterOver, TRANSPORTS } from '../support/transport-matrix.js';
import { startPythonLibrary } from './clients/python-library.js';
import { findPythonWithXconn } from './python.js';

const python = await findPythonWithXconn();
const PLAIN_RAWSOCKET = TRANSPORTS.filter(({ name, tls }) => name.startsWith('RawSocket') && tls !== true);

/** RawSocket over MessagePack and CBOR, as a client that is not ours speaks it: autobahn|js has JSON alone there. */
describe.skipIf(python === undefined).each(PLAIN_RAWSOCKET)('xconn over $name', (transport) => {
  let host: RouterHost;
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = createTemporaryFolder();
    host = await startRouterOver(transport, folder);
  });
  afterEach(async () => {
    await untilEmpty(host);
    await host.dispose();
    folder.remove();
  });

  it('calls itself over each serializer from each, with long messages too', async () => {
    // Its words for where: rs://HOST:PORT and unix://PATH.
    const url = (host.listener.urls[transport.urlAt ?? 0] ?? '').replace('rs://unix:', 'unix://');
    const library = startPythonLibrary(python!, 'xconn_python.py');
    const players = new Map(
      await Promise.all(
        FORMATS.map(
          async (format) => [format, await library.join(url, 'realm1', format, `com.${format}`)] as const,
        ),
      ),
    );
    for (const [caller, player] of players) {
      for (const callee of FORMATS) {
        const carried = { args: ['ä'.repeat(100_000), 2 ** 53 - 1, null], kwargs: { caller } };
        expect(await player.call(`com.${callee}.echo`, carried).outcome).toMatchObject(carried);
        expect(await player.call(`com.${callee}.fail`, carried).outcome).toMatchObject({
          uri: 'com.example.failure',
          args: carried.args,
        });
      }
    }
    for (const player of players.values()) await player.leave();
    await library.close();
  });
});

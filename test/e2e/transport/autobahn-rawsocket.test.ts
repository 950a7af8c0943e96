import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AutobahnClient,
  type AutobahnRawSocket,
  autobahn,
  connectAutobahn,
} from '../../support/autobahn.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { type RouterHost, until, untilEmpty } from '../../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { startRouterOver, type Transport, transportsNamed } from '../../support/transport-matrix.js';

/** autobahn's own frame parser. */
const { Protocol }: { Protocol: { prototype: { _handlePingPacket(payload: Buffer): number } } } =
  createRequire(import.meta.url)('autobahn/lib/transport/rawsocket.js');

function placeOf(host: RouterHost, transport: Transport): AutobahnRawSocket {
  const url = host.listener.urls[transport.urlAt ?? 0] ?? '';
  if (transport.unix === true) return { type: 'rawsocket', path: url.replace('rs://unix:', '') };
  const { hostname, port } = new URL(url);
  return { type: 'rawsocket', host: hostname, port: Number(port) };
}

/** autobahn|js keeps its half of a connection open, and has its own frame parser. */
describe.each(transportsNamed('RawSocket', 'RawSocket over a Unix socket', 'RawSocket on a universal port'))(
  'autobahn|js over $name',
  (transport) => {
    let host: RouterHost;
    let folder: TemporaryFolder;
    const clients: AutobahnClient[] = [];

    beforeEach(() => {
      folder = createTemporaryFolder();
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) if (client.session.isOpen) await client.close();
      await untilEmpty(host);
      await until(() => host.listener.counts().places === 0);
      await host.dispose();
      folder.remove();
    });
    async function connect(): Promise<AutobahnClient> {
      const client = await connectAutobahn(placeOf(host, transport), 'realm1');
      clients.push(client);
      return client;
    }

    it('joins, calls, publishes and leaves', async () => {
      host = await startRouterOver(transport, folder);
      const [callee, caller] = [await connect(), await connect()];
      await callee.session.register('com.echo', (args, kwargs) => new autobahn.Result(args, kwargs));
      const big = 'ä'.repeat(300_000);
      expect(await caller.session.call('com.echo', ['x', null, [1]], { k: big })).toMatchObject({
        args: ['x', null, [1]],
        kwargs: { k: big },
      });
      const heard: unknown[] = [];
      await callee.session.subscribe('com.t', (args) => heard.push(args));
      for (let at = 0; at < 100; at++) caller.session.publish('com.t', [at]);
      await caller.session.publish('com.t', ['last'], {}, { acknowledge: true });
      await until(() => heard.length === 101);
      expect(heard).toEqual([...Array.from({ length: 100 }, (_, at) => [at]), ['last']]);
      expect(await callee.close()).toBe('wamp.close.goodbye_and_out');
      await expect(caller.session.call('com.echo')).rejects.toMatchObject({
        error: 'wamp.error.no_such_procedure',
      });
    });

    it('gets the reason why it may not join', async () => {
      host = await startRouterOver(transport, folder);
      await expect(connectAutobahn(placeOf(host, transport), 'nowhere')).rejects.toThrow(
        'wamp.error.no_such_realm',
      );
    });

    it('answers our pings', async () => {
      const clock = createFakeClock();
      const pinged = vi.spyOn(Protocol.prototype, '_handlePingPacket');
      host = await startRouterOver(transport, folder, { clock, pingInterval: 30_000, pingTimeout: 1e9 });
      const client = await connect();
      // A second ping is not sent before something came after the first.
      await until(() => {
        clock.advance(30_000);
        return pinged.mock.calls.length === 3;
      });
      pinged.mockRestore();
      await client.close();
    });

    it('gets GOODBYE when the router stops', async () => {
      host = await startRouterOver(transport, folder);
      const client = await connect();
      void host.router.close();
      expect(await client.closed).toBe('wamp.close.system_shutdown');
    });

    it('is rejected when the listener is full', async () => {
      host = await startRouterOver(transport, folder, { maxSessions: 1 });
      await connect();
      await expect(connectAutobahn(placeOf(host, transport), 'realm1')).rejects.toThrow();
    });
  },
);

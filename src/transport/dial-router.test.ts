import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { startRouterHost, until } from '../../test/support/router-host.js';
import { TLS_FILES } from '../../test/support/tls-fixtures.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import { dialRouter } from './dial-router.js';

describe('dialling a router', () => {
  let server: Server | undefined;
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
    server = undefined;
  });

  /** A server that does with a connection as it is told; its port. */
  async function serve(handle: (socket: Socket) => void): Promise<number> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      handle(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  }

  it.each([
    ['rs://127.0.0.1:1', 'cannot connect to rs://127.0.0.1:1: nothing listens there'],
    ['rs://user:secret@127.0.0.1:1', 'cannot connect to rs://127.0.0.1:1: nothing listens there'],
    ['rss://127.0.0.1:1', 'cannot connect to rss://127.0.0.1:1: nothing listens there'],
    ['rs://unix:/nowhere/x.sock', 'cannot connect to rs://unix:/nowhere/x.sock: the socket does not exist'],
    ['unix:/nowhere/x.sock', 'cannot connect to unix:/nowhere/x.sock: the socket does not exist'],
    [
      'rs://127.0.0.1',
      'cannot connect to rs://127.0.0.1: not a RawSocket URL, such as rs://host:port or rs://unix:/path',
    ],
    [
      'http://user:secret@127.0.0.1/?token=secret',
      'cannot connect to http://127.0.0.1/: the URL must begin with one of ws://, wss://, rs://, rss://, unix:',
    ],
    ['ws://127.0.0.1:1/ws', 'cannot connect to ws://127.0.0.1:1/ws: nothing listens there'],
  ])('fails with one plain sentence for %s', async (url, sentence) => {
    await expect(dialRouter(url)).rejects.toMatchObject({ message: sentence });
  });

  it('fails in time over WebSocket if the server goes on sending an endless header', async () => {
    const clock = createFakeClock();
    let arrived = (): void => {};
    const header = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const port = await serve((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nX-Long: ');
      socket.on('data', () => {
        socket.write('a');
        arrived();
      });
    });
    const dialling = dialRouter(`ws://127.0.0.1:${port}/ws`, { timeout: 100, clock });
    await header;
    clock.advance(100);
    await expect(dialling).rejects.toThrow('the handshake timed out');
  });

  it.each([
    ['says nothing', () => {}, 'the handshake timed out'],
    ['answers half', (socket: Socket) => socket.write(Buffer.from([0x7f, 0xf1])), 'the handshake timed out'],
    ['closes', (socket: Socket) => socket.end(), 'closed the connection in the handshake'],
    [
      'speaks HTTP',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'not a RawSocket router',
    ],
    [
      'is full',
      (socket: Socket) => socket.end(Buffer.from([0x7f, 0x40, 0, 0])),
      'maximum number of connections',
    ],
    ['resets', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ])('fails over RawSocket if the server %s', async (_what, handle, sentence) => {
    const port = await serve((socket) => {
      socket.once('data', () => handle(socket));
    });
    await expect(dialRouter(`rs://127.0.0.1:${port}`, { timeout: 100 })).rejects.toThrow(sentence);
  });

  it('fails if the server does not reply to the TLS handshake', async () => {
    const port = await serve(() => {});
    await expect(dialRouter(`rss://127.0.0.1:${port}`, { timeout: 50 })).rejects.toThrow('timed out');
  });

  it('refuses a certificate that it cannot verify', async () => {
    const tls = { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey };
    const host = await startRouterHost({ listener: { protocol: 'rawsocket', tls } });
    await expect(dialRouter(host.url)).rejects.toThrow(
      /^cannot connect to rss:.*(SELF_SIGNED|UNABLE_TO|CERT)/,
    );
    await host.dispose();
  });

  it('receives a message that follows the reply to the handshake directly', async () => {
    const port = await serve((socket) => {
      socket.write(Buffer.concat([Buffer.from([0x7f, 0xf1, 0, 0, 0, 0, 0, 8]), Buffer.from('[17,1,2]')]));
    });
    const peer = await dialRouter(`rs://127.0.0.1:${port}`);
    const message = await new Promise((resolve) =>
      peer.listen({ onMessage: resolve, onViolation: resolve, onClose() {} }),
    );
    expect(message).toEqual({ type: MESSAGE.PUBLISHED, request: 1, publication: 2 });
    peer.close('normal');
  });

  it('announces its limit to the router, and keeps the limit of the router', async () => {
    const heard: Buffer[] = [];
    const port = await serve((socket) => {
      socket.on('data', (chunk) => heard.push(chunk));
      socket.write(Buffer.from([0x7f, 0x01, 0, 0]));
    });
    const peer = await dialRouter(`rs://127.0.0.1:${port}`, { maxMessageSize: 4096 });
    const publish = (text: string) =>
      peer.send({
        type: MESSAGE.PUBLISH,
        request: 1,
        options: {},
        topic: 'com.t',
        payload: { args: [text] },
      });
    expect([publish('x'.repeat(600)), publish('x')]).toEqual(['too_large', 'sent']);
    peer.listen({ onMessage() {}, onViolation() {}, onClose() {} });
    peer.close('normal');
    await once(sockets[0] as Socket, 'end');
    expect(Buffer.concat(heard).toString('latin1')).toBe('\x7f\x31\0\0\0\0\0\x17[16,1,{},"com.t",["x"]]');
  });

  describe.each(['websocket', 'rawsocket'] as const)('over %s', (protocol) => {
    it('closes the connection to a router that is dead, and keeps one that replies', async () => {
      const clock = createFakeClock();
      const host = await startRouterHost({ listener: { protocol, pingInterval: 0 } });
      const far = Number(new URL(host.url).port);
      // A wire that carries everything, until it is cut without either end being told.
      let isCut = false;
      let passed = 0;
      const port = await serve((near) => {
        const to = connect(far, '127.0.0.1');
        sockets.push(to);
        to.on('error', () => {});
        near.on('data', (chunk) => isCut || to.write(chunk));
        to.on('data', (chunk) => {
          passed += chunk.length;
          if (!isCut) near.write(chunk);
        });
      });
      const url = host.url.replace(String(far), String(port));
      const session = await joinRealm(await dialRouter(url, { clock, pingInterval: 30, pingTimeout: 60 }), {
        realm: 'realm1',
      });
      let lost = false;
      void session.closed.then(() => {
        lost = true;
      });
      for (let round = 0; round < 5; round++) {
        const before = passed;
        clock.advance(30);
        await until(() => passed > before);
        // An answer that comes behind the pong, so that the pong has been read.
        await expect(session.call('com.none', {})).rejects.toThrow();
      }
      expect(lost).toBe(false);
      isCut = true;
      clock.advance(30);
      await new Promise((resolve) => setImmediate(resolve));
      expect(lost).toBe(false);
      clock.advance(60);
      await session.closed;
      expect(clock.pending).toBe(0);
      for (const socket of sockets.splice(0)) socket.destroy();
      await host.dispose();
    });
  });

  it('replies to a ping of the router over WebSocket with a masked pong, as a client must', async () => {
    const router = new WebSocketServer({ port: 0, handleProtocols: () => 'wamp.2.json' });
    await once(router, 'listening');
    const heard = new Promise<string>((resolve) => {
      router.on('connection', (socket) => {
        socket.on('pong', (payload) => resolve(`pong ${payload}`));
        // Of an unmasked frame (RFC 6455 section 5.1).
        socket.on('error', (error) => resolve(error.message));
        socket.ping('hey');
      });
    });
    const peer = await dialRouter(`ws://127.0.0.1:${(router.address() as AddressInfo).port}/`);
    peer.listen({ onMessage() {}, onViolation() {}, onClose() {} });
    expect(await heard).toBe('pong hey');
    peer.close('normal');
    router.close();
  });

  it('pings by default', async () => {
    const clock = createFakeClock();
    const heard: Buffer[] = [];
    const port = await serve((socket) => {
      socket.on('data', (chunk) => heard.push(chunk));
      socket.write(Buffer.from([0x7f, 0xf1, 0, 0]));
    });
    const peer = await dialRouter(`rs://127.0.0.1:${port}`, { clock });
    peer.listen({ onMessage() {}, onViolation() {}, onClose() {} });
    clock.advance(30_000);
    await until(() => Buffer.concat(heard).toString('latin1').endsWith('\x01\0\0\x04ping'));
    peer.close('normal');
  });
});

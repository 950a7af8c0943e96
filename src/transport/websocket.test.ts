import { once } from 'node:events';
import { get as httpGet, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer, type Server, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connectRaw, hello } from '../../test/support/raw-client.js';
import { type RouterHost, startRouterHost, until } from '../../test/support/router-host.js';
import { readTlsFixtures, TLS_FILES } from '../../test/support/tls-fixtures.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import { createJsonSerializer } from '../wamp/serializers/json.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import { dialWebSocket } from './websocket-dialer.js';

let host: RouterHost | undefined;
afterEach(async () => {
  await host?.dispose();
  host = undefined;
});
async function start(options: Parameters<typeof startRouterHost>[0] = {}): Promise<RouterHost> {
  host = await startRouterHost(options);
  return host;
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
};

/** An upgrade request's answer: HTTP status, text, and the subprotocol that was chosen. */
async function upgrade(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string; protocol?: string | undefined }> {
  const request = httpRequest(url.replace(/^ws/, 'http'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });
  request.end();
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', async (response) =>
      resolve({ status: response.statusCode ?? 0, text: await textOf(response) }),
    );
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      const protocol = response.headers['sec-websocket-protocol'];
      resolve({ status: response.statusCode ?? 0, text: '', protocol });
    });
  });
}

const offer = (...names: string[]) => ({ 'sec-websocket-protocol': names.join(', ') });

describe('the WebSocket handshake', () => {
  it('chooses the first supported subprotocol of the client', async () => {
    const json = createJsonSerializer();
    const other: Serializer = { ...json, name: 'other', subprotocol: 'wamp.2.other' };
    const { url } = await start({ listener: { serializers: [json, other] } });
    const taken = async (...names: string[]) => (await upgrade(url, offer(...names))).protocol;
    expect(await taken('wamp.2.cbor.batched', 'wamp.2.other', 'wamp.2.json')).toBe('wamp.2.other');
    expect(await taken('wamp.2.json', 'wamp.2.other')).toBe('wamp.2.json');
  });

  it.each([
    ['no subprotocol', {}, 400, 'wamp.2.json'],
    [
      'unknown subprotocols',
      offer('wamp.2.cbor.batched', 'chat'),
      400,
      'wamp.2.json, wamp.2.msgpack, wamp.2.cbor',
    ],
  ])('responds to %s with 400 and names the supported subprotocols', async (_what, headers, status, text) => {
    const { url } = await start();
    const answer = await upgrade(url, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it('responds to another path with 404, and to plain HTTP with 426', async () => {
    const { url } = await start();
    expect(await upgrade(url.replace('/ws', '/other'), offer('wamp.2.json'))).toMatchObject({ status: 404 });
    const [response] = (await once(httpGet(url.replace(/^ws/, 'http')), 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers['upgrade'], await textOf(response)]).toEqual([
      426,
      'websocket',
      expect.stringContaining('WAMP'),
    ]);
    const [missing] = (await once(httpGet(url.replace(/^ws/, 'http').replace('/ws', '/')), 'response')) as [
      IncomingMessage,
    ];
    expect([missing.statusCode, await textOf(missing)]).toEqual([404, expect.stringContaining('/ws')]);
  });

  it('accepts the path with a query', async () => {
    const { url } = await start();
    expect(await upgrade(`${url}?a=b`, offer('wamp.2.json'))).toMatchObject({ status: 101 });
  });

  it.each([
    [['https://app.example.com'], 'https://app.example.com', 101],
    [['https://app.example.com'], 'https://app.example.com.evil.org', 403],
    [['https://app.example.com'], 'null', 403],
    [['https://app.example.com'], undefined, 101],
    [['*'], 'https://anywhere.example', 101],
    [[], 'https://anywhere.example', 403],
  ])('responds with the configured origins %j to the origin %s with %i', async (origins, origin, status) => {
    const { url } = await start({ listener: { origins } });
    const headers = { ...offer('wamp.2.json'), ...(origin === undefined ? {} : { origin }) };
    expect(await upgrade(url, headers)).toMatchObject({ status });
  });

  it('declines compression', async () => {
    const { url } = await start();
    const ws = new WebSocket(url, ['wamp.2.json'], { perMessageDeflate: true });
    await once(ws, 'open');
    expect(ws.extensions).toBe('');
    ws.close();
  });
});

describe('listening for WebSocket', () => {
  let blocker: Server | undefined;
  afterEach(() => blocker?.close());

  it('fails with one clear sentence if the port is in use or the address is not local', async () => {
    blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    await expect(start({ listener: { port } })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: the port is in use`,
    );
    await expect(start({ listener: { host: '192.0.2.1' } })).rejects.toThrow(
      'this machine has no such address',
    );
  });

  it('names the TLS file that it cannot read', async () => {
    const tls = { certfile: '/nowhere/cert.pem', keyfile: TLS_FILES.serverKey };
    await expect(start({ listener: { tls } })).rejects.toThrow(
      'tls.certfile: cannot read /nowhere/cert.pem (ENOENT)',
    );
  });

  it('fails with a message if certificate and key do not match', async () => {
    const tls = { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.clientKey };
    await expect(start({ listener: { tls } })).rejects.toThrow(
      'tls.certfile, tls.keyfile: not a certificate',
    );
  });

  it('sends GOODBYE when it closes, and accepts no more clients', async () => {
    const { listener, url } = await start();
    const client = await connectRaw(url);
    await hello(client);
    const closing = listener.close();
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await closing;
    expect(await client.closed).toBe(1000);
    await expect(connectRaw(url)).rejects.toThrow('ECONNREFUSED');
  });

  it('closes in time, whatever clients do', async () => {
    const { listener, url } = await start();
    const { hostname, port } = new URL(url);
    const silent = tcpConnect(Number(port), hostname);
    silent.on('error', () => {});
    await once(silent, 'connect');
    const deaf = await connectRaw(url);
    await hello(deaf);
    (deaf.ws as unknown as { _socket: { pause(): void } })._socket.pause();
    await listener.close();
    expect(listener.counts().connections).toBe(0);
    deaf.ws.terminate();
  });
});

describe('a ping of a client', () => {
  it('gets a pong with its payload, in order with messages', async () => {
    const { url } = await start();
    const client = await connectRaw(url);
    const order: string[] = [];
    client.ws.on('pong', (payload) => order.push(String(payload)));
    client.ws.on('message', (data) => order.push(String((JSON.parse(String(data)) as unknown[])[0])));
    client.ws.ping('first');
    client.send([MESSAGE.HELLO, 'realm1', { roles: { caller: {} } }]);
    client.ws.ping('second');
    await until(() => order.length === 3);
    expect(order).toEqual(['first', '2', 'second']);
    client.close();
  });

  it('cuts the client off if it never reads the pongs', async () => {
    const { url, listener } = await start({ listener: { maxSendBuffer: 64 * 1024 } });
    const client = await connectRaw(url);
    await hello(client);
    (client.ws as unknown as { _socket: { pause(): void } })._socket.pause();
    await until(() => {
      for (let at = 0; at < 2000; at++) client.ws.ping('x'.repeat(125));
      return listener.counts().slowConsumersCut === 1;
    });
    client.ws.terminate();
  });
});

describe('WebSocket over TLS', () => {
  const { ca, clientCert, clientKey } = readTlsFixtures();
  const tls = { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey };

  it('carries sessions, and silent connections are cut at the handshake timeout', async () => {
    const { url, router } = await start({ listener: { tls, handshakeTimeout: 150 } });
    expect(url).toMatch(/^wss:/);
    const session = await joinRealm(await dialWebSocket(url, { tls: { ca } }), { realm: 'realm1' });
    const silent = tlsConnect({ port: Number(new URL(url).port), host: '127.0.0.1', ca });
    silent.on('error', () => {});
    await once(silent, 'close');
    expect(router.counts().sessions).toBe(1);
    await session.leave();
  });

  it('asks for a client certificate if the listener has a CA', async () => {
    const { url } = await start({ listener: { tls: { ...tls, cacertfile: TLS_FILES.ca } } });
    await expect(dialWebSocket(url, { tls: { ca } })).rejects.toThrow('cannot connect');
    const peer = await dialWebSocket(url, { tls: { ca, cert: clientCert, key: clientKey } });
    await (await joinRealm(peer, { realm: 'realm1' })).leave();
  });

  it('is refused when dialling if the certificate cannot be verified', async () => {
    const { url } = await start({ listener: { tls } });
    await expect(dialWebSocket(url)).rejects.toThrow(/^cannot connect to wss:.*(SELF_SIGNED|UNABLE_TO|CERT)/);
  });
});

describe('dialling over WebSocket', () => {
  it('returns a peer over which a session calls and registers', async () => {
    const { url, router } = await start();
    const session = await joinRealm(await dialWebSocket(url), { realm: 'realm1' });
    await session.register('com.echo', {}, async ({ args, kwargs }) => ({
      kind: 'result',
      payload: { ...(args && { args }), ...(kwargs && { kwargs }) },
    }));
    expect(await session.call('com.echo', { args: [2n ** 60n], kwargs: { k: 'ä\u{1f600}' } })).toEqual({
      args: [2n ** 60n],
      kwargs: { k: 'ä\u{1f600}' },
      details: {},
    });
    await session.leave();
    expect(router.counts().sessions).toBe(0);
  });

  it('sends ERROR to a caller if the result of the callee cannot be encoded', async () => {
    const { url } = await start();
    const session = await joinRealm(await dialWebSocket(url), { realm: 'realm1' });
    const circle: unknown[] = [];
    circle.push(circle);
    await session.register('com.circle', {}, async () => ({ kind: 'result', payload: { args: circle } }));
    await expect(session.call('com.circle', {})).rejects.toMatchObject({ uri: 'wamp.error.runtime_error' });
    await expect(session.call('com.circle', { args: circle })).rejects.toMatchObject({
      uri: 'wamp.error.invalid_argument',
    });
    await session.leave();
  });

  it.each([
    ['ws://127.0.0.1:1/ws', 'cannot connect to ws://127.0.0.1:1/ws: nothing listens there'],
    [
      'ws://user:secret@127.0.0.1:1/ws?token=secret',
      'cannot connect to ws://127.0.0.1:1/ws: nothing listens there',
    ],
    ['http//nonsense', 'cannot connect to the router: not a WebSocket URL'],
  ])('fails with one plain sentence for %s', async (url, sentence) => {
    await expect(dialWebSocket(url)).rejects.toMatchObject({ message: sentence });
  });

  it('names the HTTP status of a server that is not a WAMP router', async () => {
    const { url } = await start();
    await expect(dialWebSocket(url.replace('/ws', '/other'))).rejects.toThrow('the server answered HTTP 404');
  });

  it('fails if the server is silent', async () => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    await expect(dialWebSocket(`ws://127.0.0.1:${port}/`, { timeout: 50 })).rejects.toThrow('timed out');
    silent.close();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { type Listener, startListener } from '../../../src/transport/listener.js';
import { joinRealm, type Session } from '../../../src/wamp/client/session.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { HOSTILE_CBOR, HOSTILE_JSON, HOSTILE_MSGPACK } from '../../support/hostile-messages.js';
import {
  type Fate,
  HOSTILE_HTTP,
  HOSTILE_RAWSOCKET_FRAMES,
  HOSTILE_RAWSOCKET_HANDSHAKES,
  HOSTILE_WEBSOCKET,
  type Hostile,
  upgradeRequest,
  webSocketFrame,
} from '../../support/hostile-octets.js';
import { connectOctets, type OctetClient } from '../../support/octet-client.js';
import { frameOf } from '../../support/raw-socket-client.js';
import { type RouterHost, startRouterHost, until } from '../../support/router-host.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

const HELLO = '[1,"realm1",{"roles":{"caller":{}}}]';
const json = Buffer.from(HELLO);
const msgpack = Buffer.from(
  SERIALIZERS[1].encode({
    type: MESSAGE.HELLO,
    realm: 'realm1',
    details: { roles: { caller: {} } },
  }) as Uint8Array,
);
const cbor = Buffer.from(
  SERIALIZERS[2].encode({
    type: MESSAGE.HELLO,
    realm: 'realm1',
    details: { roles: { caller: {} } },
  }) as Uint8Array,
);

/** Handshake timeout in milliseconds: short, so that tests of the timeout are short. */
const [PATIENT, IMPATIENT] = [10_000, 250];

const IN_SESSION: typeof HOSTILE_JSON = [...HOSTILE_JSON, ['a second HELLO', HELLO]];
const BEFORE_HELLO: typeof HOSTILE_JSON = [...HOSTILE_JSON, ['GOODBYE', '[6,{},"wamp.close.normal"]']];

/** One router for all hostile clients, so that each client meets what the last one left behind. */
describe('hostile octets', () => {
  let host: RouterHost;
  const listeners = new Map<string, Listener>();
  let callee: Session;
  let caller: Session;
  let calls = 0;

  beforeAll(async () => {
    host = await startRouterHost();
    for (const protocol of ['websocket', 'rawsocket', 'universal'] as const) {
      for (const handshakeTimeout of [PATIENT, IMPATIENT]) {
        const listener = await startListener({
          protocol,
          host: '127.0.0.1',
          port: 0,
          path: '/ws',
          origins: undefined,
          serializers: SERIALIZERS,
          attach: host.router.attach,
          maxMessageSize: 2 ** 20,
          maxSendBuffer: 2 ** 24,
          maxSendQueue: 10_000,
          maxSessions: 100,
          maxSessionsPerSource: 0,
          maxUnjoined: 1000,
          maxUnjoinedPerSource: 0,
          // No lower limit before HELLO, so that the octets reach the check that they test.
          maxJoinSize: 2 ** 24,
          handshakeTimeout,
          pingInterval: 30_000,
          pingTimeout: 60_000,
        });
        listeners.set(`${protocol} ${handshakeTimeout}`, listener);
      }
    }
    callee = await joinRealm(await dialRouter(host.url), { realm: 'realm1' });
    caller = await joinRealm(await dialRouter(host.url), { realm: 'realm1' });
    await callee.register('com.served', {}, async ({ args }) => ({
      kind: 'result',
      payload: { ...(args && { args }) },
    }));
  });
  afterAll(async () => {
    // Nothing of any hostile client is left.
    for (const listener of listeners.values()) await until(() => listener.counts().places === 0);
    expect(host.router.counts()).toMatchObject({
      connections: 2,
      sessions: 2,
      registrations: 1,
      pendingCalls: 0,
    });
    for (const listener of listeners.values()) await listener.close();
    for (const session of [caller, callee]) await session.leave();
    expect(host.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    await host.dispose();
  });

  async function stillServed(): Promise<void> {
    calls++;
    expect((await caller.call('com.served', { args: [calls] })).args).toEqual([calls]);
  }

  /**
   * Sends hostile octets and checks the reaction.
   *
   * @param before valid octets that it sends first
   */
  async function meets(
    at: 'websocket' | 'rawsocket' | 'universal',
    octets: Buffer,
    fate: Fate,
    before: (client: OctetClient) => Promise<void> = async () => {},
    timeout = fate === 'closed' ? IMPATIENT : PATIENT,
  ): Promise<void> {
    const client = await connectOctets(listeners.get(`${at} ${timeout}`)?.urls[0] ?? '');
    await before(client);
    client.write(octets);
    await answered(client, fate);
    client.close();
    await stillServed();
  }

  describe.each(['websocket', 'universal'] as const)('instead of an upgrade, on a %s port', (protocol) => {
    const kinds = HOSTILE_HTTP.filter(({ what }) => protocol === 'websocket' || what !== 'RawSocket');
    it.each(kinds)('$what', ({ octets, fate }) => meets(protocol, octets, fate));
  });

  async function upgraded(client: OctetClient, subprotocol: string, frame?: Buffer): Promise<void> {
    client.write(upgradeRequest({ 'Sec-WebSocket-Protocol': subprotocol }));
    await readHead(client);
    if (frame === undefined) return;
    client.write(frame);
    await readWebSocketFrame(client);
  }
  const joinedJson = (client: OctetClient) => upgraded(client, 'wamp.2.json', webSocketFrame(0x81, json));

  describe('over WebSocket', () => {
    it.each(HOSTILE_WEBSOCKET)('before HELLO: $what', ({ octets, fate }) =>
      meets('websocket', octets, fate, (client) => upgraded(client, 'wamp.2.json')),
    );
    it.each(HOSTILE_WEBSOCKET)('in a session: $what', ({ octets, fate }) =>
      meets('universal', octets, fate, joinedJson),
    );
    it.each(IN_SESSION)('in JSON: %s', (_what, text) =>
      meets('websocket', webSocketFrame(0x81, text), 'ABORT', joinedJson),
    );
    it.each(BEFORE_HELLO)('in JSON, before HELLO: %s', (_what, text) =>
      meets('websocket', webSocketFrame(0x81, text), 'ABORT', (client) => upgraded(client, 'wamp.2.json')),
    );
    it.each(HOSTILE_MSGPACK)('in MessagePack: %s', (_what, octets) =>
      meets('websocket', webSocketFrame(0x82, fromHex(octets)), 'ABORT', (client) =>
        upgraded(client, 'wamp.2.msgpack', webSocketFrame(0x82, msgpack)),
      ),
    );
    it.each(HOSTILE_CBOR)('in CBOR: %s', (_what, octets) =>
      meets('websocket', webSocketFrame(0x82, fromHex(octets)), 'ABORT', (client) =>
        upgraded(client, 'wamp.2.cbor', webSocketFrame(0x82, cbor)),
      ),
    );
    it.each(['wamp.2.msgpack', 'wamp.2.cbor'])('text on %s', (subprotocol) =>
      meets('websocket', webSocketFrame(0x81, HELLO), 'ABORT', (client) => upgraded(client, subprotocol)),
    );
    it.each([
      ['nothing', ''],
      ['half a frame', '\x81\xfe'],
      ['half a message in parts', webSocketFrame(0x01, '[1,').toString('latin1')],
      ['pings alone', webSocketFrame(0x89, 'x').toString('latin1').repeat(10)],
    ])('instead of HELLO: %s', (_what, octets) =>
      meets(
        'websocket',
        Buffer.from(octets, 'latin1'),
        'ABORT',
        (client) => upgraded(client, 'wamp.2.json'),
        IMPATIENT,
      ),
    );
  });

  async function shaken(client: OctetClient, serializer: number, hello?: Buffer): Promise<void> {
    client.write(Buffer.from([0x7f, 0xf0 + serializer, 0, 0]));
    await client.read(4);
    if (hello === undefined) return;
    client.write(frameOf(0, hello));
    await client.read((await client.read(4)).readUInt32BE());
  }

  describe('over RawSocket', () => {
    it.each(HOSTILE_RAWSOCKET_HANDSHAKES)('instead of the handshake: $what', ({ octets, fate }) =>
      meets('rawsocket', octets, fate),
    );
    const withMagic = HOSTILE_RAWSOCKET_HANDSHAKES.filter(({ octets }) => octets[0] === 0x7f);
    it.each(withMagic)('instead of the handshake, on a universal port: $what', ({ octets, fate }) =>
      meets('universal', octets, fate),
    );
    it.each<Hostile>(HOSTILE_RAWSOCKET_FRAMES)('before HELLO: $what', ({ octets, fate }) =>
      meets('rawsocket', octets, fate, (client) => shaken(client, 1)),
    );
    it.each<Hostile>(HOSTILE_RAWSOCKET_FRAMES)('in a session: $what', ({ octets, fate }) =>
      meets('universal', octets, fate, (client) => shaken(client, 1, json)),
    );
    it.each(IN_SESSION)('in JSON: %s', (_what, text) =>
      meets('rawsocket', frameOf(0, text), 'ABORT', (client) => shaken(client, 1, json)),
    );
    it.each(BEFORE_HELLO)('in JSON, before HELLO: %s', (_what, text) =>
      meets('rawsocket', frameOf(0, text), 'ABORT', (client) => shaken(client, 1)),
    );
    it.each(HOSTILE_MSGPACK)('in MessagePack: %s', (_what, octets) =>
      meets('rawsocket', frameOf(0, fromHex(octets)), 'ABORT', (client) => shaken(client, 2, msgpack)),
    );
    it.each(HOSTILE_CBOR)('in CBOR: %s', (_what, octets) =>
      meets('rawsocket', frameOf(0, fromHex(octets)), 'ABORT', (client) => shaken(client, 3, cbor)),
    );
    it.each([
      ['nothing', ''],
      ['half a prefix', '\0\0'],
      ['half a message', '\0\0\0\x05[1,'],
      ['a pong that nobody asked for', '\x02\0\0\x01x'],
      ['pings alone', '\x01\0\0\x01x'.repeat(10)],
    ])('instead of HELLO: %s', (_what, octets) =>
      meets('rawsocket', Buffer.from(octets, 'latin1'), 'ABORT', (client) => shaken(client, 1), IMPATIENT),
    );
  });
});

const fromHex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Everything up to the end of the HTTP headers. */
async function readHead(client: OctetClient): Promise<string> {
  let head = '';
  while (!head.endsWith('\r\n\r\n')) head += (await client.read(1)).toString('latin1');
  return head;
}

/** A frame of a server, which has no mask. */
async function readWebSocketFrame(client: OctetClient): Promise<{ opcode: number; payload: Buffer }> {
  const [first = 0, short = 0] = await client.read(2);
  const length = short < 126 ? short : (await client.read(2)).readUInt16BE();
  return { opcode: first & 15, payload: await client.read(length) };
}

/** Waits for the whole reaction, so that a failing test shows what came instead. */
async function answered(client: OctetClient, fate: Fate): Promise<void> {
  if (fate === 'closed') {
    expect((await client.rest()).toString('latin1')).toBe('');
  } else if (fate === 'ABORT') {
    expect(await readAbort(client)).toContain('wamp.error.protocol_violation');
  } else if ('http' in fate) {
    expect((await readHead(client)).split('\r\n', 1)).toEqual([
      expect.stringMatching(`^HTTP/1.1 ${fate.http} `),
    ]);
    await client.closed;
  } else if ('rawSocketError' in fate) {
    expect(await client.rest()).toEqual(Buffer.from([0x7f, fate.rawSocketError * 16, 0, 0]));
  } else {
    let frame = await readWebSocketFrame(client);
    while (frame.opcode !== 8) frame = await readWebSocketFrame(client);
    expect(frame.payload.readUInt16BE()).toBe(fate.webSocketClose);
  }
}

/** The text of the last message before the connection closes, for any serializer and transport. */
async function readAbort(client: OctetClient): Promise<string> {
  let seen = '';
  client.socket.on('data', (chunk) => {
    seen += String(chunk);
    if (seen.includes('wamp.error.')) client.socket.end();
  });
  return (await client.rest()).toString('latin1');
}

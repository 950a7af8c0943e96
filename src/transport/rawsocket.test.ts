import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { connectOctets } from '../../test/support/octet-client.js';
import { hello } from '../../test/support/raw-client.js';
import { connectRawSocket, frameOf, type RawSocketClient } from '../../test/support/raw-socket-client.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../../test/support/router-host.js';
import { MESSAGE } from '../wamp/messages.js';

const VIOLATION = [MESSAGE.ABORT, { message: expect.any(String) }, 'wamp.error.protocol_violation'];
const HELLO = '[1,"realm1",{"roles":{"caller":{},"callee":{},"subscriber":{},"publisher":{}}}]';
const MEGABYTE = 1024 * 1024;

let host: RouterHost | undefined;
afterEach(async () => {
  if (host !== undefined) await untilEmpty(host);
  await host?.dispose();
  host = undefined;
});
async function start(listener: NonNullable<Parameters<typeof startRouterHost>[0]>['listener'] = {}) {
  host = await startRouterHost({ listener: { protocol: 'rawsocket', ...listener } });
  return host;
}
async function join(url: string, options: Parameters<typeof connectRawSocket>[1] = {}) {
  const client = await connectRawSocket(url, options);
  expect((await hello(client))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

describe('the RawSocket handshake', () => {
  it('echoes the serializer with the length of the listener, however its octets arrive', async () => {
    const { url } = await start({ maxMessageSize: MEGABYTE });
    const whole = await connectOctets(url);
    whole.write(Buffer.from([0x7f, 0x51, 0, 0]));
    expect(await whole.read(4)).toEqual(Buffer.from([0x7f, 0xb1, 0, 0]));
    const slow = await connectOctets(url);
    slow.socket.setNoDelay(true);
    for (const octet of [0x7f, 0xf1, 0, 0]) {
      slow.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await slow.read(4)).toEqual(Buffer.from([0x7f, 0xb1, 0, 0]));
    for (const client of [whole, slow]) client.close();
  });

  it('may be followed by frames that do not wait for the reply', async () => {
    const { url } = await start();
    const client = await connectOctets(url);
    client.write(Buffer.concat([Buffer.from([0x7f, 0xf1, 0, 0]), frameOf(1, 'hey'), frameOf(0, HELLO)]));
    expect(await client.read(4)).toEqual(Buffer.from([0x7f, 0xb1, 0, 0]));
    expect(await client.read(7)).toEqual(frameOf(2, 'hey'));
    const prefix = await client.read(4);
    expect(JSON.parse(String(await client.read(prefix.readUInt32BE())))[0]).toBe(MESSAGE.WELCOME);
    client.close();
  });

  it.each([
    ['a serializer that is not spoken', [0x7f, 0xf4, 0, 0], [0x7f, 0x10, 0, 0]],
    ['no serializer', [0x7f, 0xf0, 0, 0], [0x7f, 0x10, 0, 0]],
    ['reserved bits', [0x7f, 0xf1, 0, 1], [0x7f, 0x30, 0, 0]],
  ])('gets an error for %s, and is closed', async (_what, request, answer) => {
    const { url } = await start();
    const client = await connectOctets(url);
    client.write(Buffer.from(request));
    expect(await client.rest()).toEqual(Buffer.from(answer));
    await client.closed;
  });

  it('is closed without a reply if its first octet is wrong', async () => {
    const { url } = await start();
    const client = await connectOctets(url);
    client.write('G');
    expect(await client.rest()).toEqual(Buffer.alloc(0));
    await client.closed;
  });

  it('closes a client that keeps its half of the connection open', async () => {
    const { url, listener } = await start();
    const client = await connectOctets(url, { halfOpen: true });
    client.write(Buffer.from([0x7f, 0xff, 0, 0]));
    expect(await client.rest()).toEqual(Buffer.from([0x7f, 0x10, 0, 0]));
    await until(() => listener.counts().places === 0);
    client.close();
  });

  it('admits a client with a limit below the size of WELCOME, with fewer details', async () => {
    // An agent of its own makes WELCOME longer than 512 octets, whatever features it tells of.
    host = await startRouterHost({ router: { agent: 'x'.repeat(512) }, listener: { protocol: 'rawsocket' } });
    const client = await connectRawSocket(host.url, { lengthCode: 0 });
    client.send([MESSAGE.HELLO, 'realm1', { roles: { caller: {} } }]);
    expect(await client.next()).toEqual([
      MESSAGE.WELCOME,
      expect.any(Number),
      {
        realm: 'realm1',
        authid: expect.any(String),
        authrole: 'anonymous',
        authmethod: 'anonymous',
        authprovider: 'static',
        authextra: {},
        roles: { broker: { features: {} }, dealer: { features: {} } },
      },
    ]);
    client.send([MESSAGE.CALL, 1, {}, 'com.none']);
    expect((await client.next()).slice(0, 3)).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1]);
    expect(host.logged.join('')).not.toContain('larger than');
    client.close();
  });
});

describe('a RawSocket frame', () => {
  it('may arrive octet by octet, or with many others', async () => {
    const { url } = await start();
    const client = await connectRawSocket(url);
    client.octets.socket.setNoDelay(true);
    for (const octet of frameOf(0, HELLO)) {
      client.octets.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.next())[0]).toBe(MESSAGE.WELCOME);
    client.octets.write(
      Buffer.concat(Array.from({ length: 50 }, (_, at) => frameOf(0, `[32,${at + 1},{},"com.t${at}"]`))),
    );
    for (let at = 0; at < 50; at++)
      expect(await client.next()).toEqual([MESSAGE.SUBSCRIBED, at + 1, expect.any(Number)]);
    client.close();
  });

  it('gets PONG with the same payload for PING, in order with the messages', async () => {
    const { url } = await start();
    const client = await join(url);
    const payload = Buffer.from([0, 255, 0x7f, 10]);
    client.octets.write(
      Buffer.concat([
        frameOf(0, '[48,1,{},"com.none"]'),
        frameOf(1, payload),
        frameOf(1, ''),
        frameOf(0, '[48,2,{},"com.none"]'),
        frameOf(1, Buffer.alloc(100_000, 3)),
      ]),
    );
    const frames = [];
    for (let at = 0; at < 5; at++) frames.push(await client.frame());
    expect(frames.map(({ type }) => type)).toEqual([0, 2, 2, 0, 2]);
    expect(frames.map((frame) => frame.payload.length)).toEqual([
      expect.any(Number),
      4,
      0,
      expect.any(Number),
      100_000,
    ]);
    expect(frames[1]?.payload).toEqual(payload);
    expect(frames[4]?.payload.equals(Buffer.alloc(100_000, 3))).toBe(true);
    client.close();
  });

  it('may be a PONG without a PING', async () => {
    const { url } = await start();
    const client = await join(url);
    client.octets.write(Buffer.concat([frameOf(2, 'x'), frameOf(0, '[48,1,{},"com.none"]')]));
    expect((await client.next())[4]).toBe('wamp.error.no_such_procedure');
    client.close();
  });

  it('is a violation if it is a PING above the limit of its sender', async () => {
    const { url } = await start();
    const client = await join(url, { lengthCode: 2 });
    client.octets.write(frameOf(1, Buffer.alloc(2049)));
    expect(await client.next()).toEqual(VIOLATION);
    await client.closed;
  });

  it.each([
    ['text that is not UTF-8', frameOf(0, Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]))],
    ['an empty frame', frameOf(0, '')],
    ['a byte order mark', frameOf(0, `\ufeff${HELLO}`)],
    ['a reserved type', frameOf(5, 'x')],
    ['one octet more than we take', Buffer.from([0, 0x10, 0, 1])],
  ])('is a violation and gets ABORT if it is %s', async (_what, octets) => {
    const { url } = await start({ maxMessageSize: MEGABYTE });
    const client = await join(url);
    client.octets.write(octets);
    expect(await client.next()).toEqual(VIOLATION);
    expect(await client.octets.rest()).toEqual(Buffer.alloc(0));
    await client.closed;
  });

  it('may have exactly 2^24 octets in both directions', async () => {
    const { url } = await start({ maxMessageSize: 16 * MEGABYTE });
    const client = await join(url);
    client.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await client.next();
    const head = '[48,2,{},"com.a",["';
    const call = `${head}${'x'.repeat(2 ** 24 - head.length - 3)}"]]`;
    client.octets.write(Buffer.concat([Buffer.from([8, 0, 0, 0]), Buffer.from(call)]));
    const prefix = await client.octets.read(4);
    expect(prefix[0]).toBe(8 * Number(prefix.readUIntBE(1, 3) === 0));
    client.close();
  });
});

describe('the limit that a client announces', () => {
  const LARGE = 'x'.repeat(5000);

  /** A callee that takes all, and a client that takes 4096 octets. */
  async function pair(): Promise<readonly [RawSocketClient, RawSocketClient]> {
    const { url } = await start();
    return [await join(url), await join(url, { lengthCode: 3 })];
  }

  it('turns a RESULT that is too large into an ERROR', async () => {
    const [callee, caller] = await pair();
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await callee.next();
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    const [, invocation] = await callee.next();
    callee.send([MESSAGE.YIELD, invocation, {}, [LARGE]]);
    expect(await caller.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.payload_size_exceeded',
      [expect.any(String)],
    ]);
    for (const client of [callee, caller]) client.close();
  });

  it('turns an INVOCATION that is too large into an ERROR for the caller', async () => {
    const [caller, callee] = await pair();
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await callee.next();
    caller.send([MESSAGE.CALL, 1, {}, 'com.a', [LARGE]]);
    expect(await caller.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.payload_size_exceeded',
      [expect.any(String)],
    ]);
    for (const client of [callee, caller]) client.close();
  });

  it('drops and counts EVENTs that are too large, and no others', async () => {
    const [publisher, subscriber] = await pair();
    subscriber.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
    await subscriber.next();
    publisher.send([MESSAGE.PUBLISH, 1, {}, 'com.t', [LARGE]]);
    publisher.send([MESSAGE.PUBLISH, 2, {}, 'com.t', ['small']]);
    expect((await subscriber.next())[4]).toEqual(['small']);
    expect(host?.listener.counts()).toMatchObject({ eventsDropped: 1, slowConsumersCut: 0 });
    for (const client of [publisher, subscriber]) client.close();
  });
});

describe('closing a RawSocket connection', () => {
  it('happens at once when the client ends its half', async () => {
    const { url, router } = await start();
    const client = await join(url);
    client.octets.socket.end();
    await client.closed;
    expect(router.counts().sessions).toBe(0);
  });

  it('sends GOODBYE before the end if the router closes', async () => {
    const { url, listener } = await start();
    const client = await join(url);
    const closing = listener.close();
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    expect(await client.octets.rest()).toEqual(Buffer.alloc(0));
    await closing;
  });

  it('takes at most a second if the router closes, whatever clients do', async () => {
    const { url, listener } = await start();
    const halfOpen = await join(url, { halfOpen: true });
    const deaf = await join(url);
    deaf.octets.socket.pause();
    await listener.close();
    expect(listener.counts()).toMatchObject({ connections: 0, places: 0 });
    for (const client of [halfOpen, deaf]) client.octets.close();
  });
});

describe('idle clients over RawSocket', () => {
  it.each([
    ['silent', ''],
    ['half a handshake', '\x7f\xf1'],
    ['a handshake alone', '\x7f\xf1\0\0'],
    ['half a frame', '\x7f\xf1\0\0\0\0'],
    ['pings alone', `\x7f\xf1\0\0${frameOf(1, 'x').toString('latin1').repeat(10)}`],
  ])('are cut at the handshake timeout, from TCP accept: %s', async (_what, octets) => {
    const { url } = await start({ handshakeTimeout: 60 });
    const client = await connectOctets(url);
    client.write(Buffer.from(octets, 'latin1'));
    await client.rest();
    await client.closed;
  });

  it('are cut off if they send pings and never read', async () => {
    const { url, listener, router } = await start({ maxSendBuffer: 64 * 1024 });
    const client = await join(url);
    const other = await join(url);
    client.octets.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 50 }, () => frameOf(1, Buffer.alloc(4000))));
    await until(() => {
      client.octets.write(pings);
      return listener.counts().slowConsumersCut === 1;
    });
    await until(() => router.counts().sessions === 1);
    other.send([MESSAGE.CALL, 1, {}, 'com.none']);
    expect((await other.next())[4]).toBe('wamp.error.no_such_procedure');
    for (const each of [client, other]) each.octets.close();
  });

  it('are cut off if they do not reply to a ping', async () => {
    const clock = createFakeClock();
    const { url, router } = await start({ clock, pingInterval: 30_000, pingTimeout: 60_000 });
    const [dead, alive] = [await join(url), await join(url)];
    for (let request = 1; request <= 3; request++) {
      clock.advance(30_000);
      const { type, payload } = await alive.frame();
      expect([type, payload.length > 0]).toEqual([1, true]);
      alive.octets.write(Buffer.concat([frameOf(2, payload), frameOf(0, `[48,${request},{},"com.none"]`)]));
      expect((await alive.next())[2]).toBe(request);
    }
    await dead.closed;
    await until(() => router.counts().sessions === 1);
    dead.octets.close();
    alive.close();
  });
});

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { ALL_ROLES, connectRaw, hello } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../../support/router-host.js';

const VIOLATION = [MESSAGE.ABORT, { message: expect.any(String) }, 'wamp.error.protocol_violation'];

describe('a hostile client', () => {
  let host: RouterHost;
  beforeEach(async () => {
    host = await startRouterHost({ listener: { maxMessageSize: 256 * 1024 } });
  });
  afterEach(async () => {
    await untilEmpty(host);
    await host.dispose();
  });

  async function joined() {
    const client = await connectRaw(host.url);
    await hello(client);
    return client;
  }

  describe('with malformed frames', () => {
    // transports-hostile.test.ts has all errors in a frame, over each transport and in each
    // serializer.
    it.each([
      ['no JSON', 'hello'],
      ['a malformed message', '[48,1,{}]'],
    ])('is aborted and closed with 1002 for %s', async (_what, frame) => {
      const client = await joined();
      client.ws.send(frame);
      expect(await client.next()).toEqual(VIOLATION);
      expect(await client.closed).toBe(1002);
    });

    it('is aborted and closed with 1002 for a HELLO without realm or details, or with a list of roles', async () => {
      for (const frame of [
        '[1]',
        '[1,"realm1"]',
        '[1,{"roles":{"caller":{}}}]',
        '[1,"realm1",{"roles":[]}]',
        '[1,5,{}]',
      ]) {
        const client = await connectRaw(host.url);
        client.ws.send(frame);
        expect(await client.next()).toEqual(VIOLATION);
        expect(await client.closed).toBe(1002);
      }
    });
  });

  it('is closed for a frame above the size limit before all of it is read', async () => {
    const client = await joined();
    client.ws.send(`[48,1,{},"com.a",["${'x'.repeat(300_000)}"]]`);
    expect(await client.closed).toBe(1009);
  });

  it('is closed for text that is not UTF-8', async () => {
    const client = await joined();
    client.ws.send(Buffer.from([0x5b, 0xff, 0x5d]), { binary: false });
    expect(await client.closed).toBe(1007);
  });

  it('finds nothing of what it sent in the ABORT or the log', async () => {
    const client = await joined();
    client.ws.send('[48,1,{},"com.a",["top-secret"],"top-secret" top-secret');
    expect(JSON.stringify(await client.next())).not.toContain('secret');
    expect(host.logged.join()).not.toContain('secret');
    await client.closed;
  });

  it('does no harm with names from Object.prototype', async () => {
    const [callee, caller] = [await joined(), await joined()];
    for (const [request, uri] of [
      [1, '__proto__'],
      [2, 'constructor'],
      [3, 'toString'],
    ] as const) {
      callee.send([MESSAGE.REGISTER, request, {}, uri]);
      expect(await callee.next()).toEqual([MESSAGE.REGISTERED, request, expect.any(Number)]);
    }
    const kwargs =
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"n":9007199254740993}';
    caller.ws.send(`[48,1,{"__proto__":{"timeout":"x"},"constructor":1},"__proto__",[],${kwargs}]`);
    const invocation = callee.next();
    const frame = await new Promise<string>((resolve) =>
      callee.ws.once('message', (data) => resolve(String(data))),
    );
    // Passed on unchanged, including the big integer.
    expect(frame).toBe(`[68,1,1,{},[],${kwargs}]`);
    await invocation;
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    callee.send([MESSAGE.YIELD, 1, {}]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    for (const client of [callee, caller]) client.close();
  });

  it('may use the largest valid ID, 2^53, and IDs in any order', async () => {
    const client = await joined();
    for (const request of [2 ** 53, 5, 123]) {
      client.send([MESSAGE.CALL, request, {}, 'com.unknown']);
      expect((await client.next())[2]).toBe(request);
    }
    client.close();
  });

  it.each([
    ['killed', (socket: Socket) => socket.resetAndDestroy()],
    ['half-open', (socket: Socket) => socket.end()],
  ])('leaves nothing behind when it is %s', async (_how, go) => {
    const [callee, caller] = [await joined(), await joined()];
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await callee.next();
    caller.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
    await caller.next();
    caller.send([MESSAGE.CALL, 2, {}, 'com.a']);
    await callee.next();
    expect(host.router.counts()).toEqual({
      connections: 2,
      sessions: 2,
      registrations: 1,
      subscriptions: 1,
      pendingCalls: 1,
    });
    for (const client of [caller, callee]) go((client.ws as unknown as { _socket: Socket })._socket);
    await untilEmpty(host);
  });

  it('can neither crash the router nor disturb calls of others with random bytes', async () => {
    const [callee, caller] = [await joined(), await joined()];
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.served']);
    await callee.next();
    // A procedure name that the attacker does not know: it may call and cancel anything but this.
    let request = 1;
    const stillServed = async (): Promise<void> => {
      request++;
      caller.send([MESSAGE.CALL, request, {}, 'com.served', [request]]);
      const invocation = await callee.next();
      callee.send([MESSAGE.YIELD, invocation[1], {}, invocation[4]]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, request, {}, [request]]);
    };
    // Mostly data that looks like WAMP: a list that starts with a code, in frames of either kind.
    const code = fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 16, 32, 34, 36, 48, 49, 50, 64, 66, 68, 69, 70, 337);
    const element = fc.oneof(
      fc.constantFrom(0, 1, 2, 68, 'com.a', 'com.b', 'realm1', '', {}, [], null),
      fc.constantFrom({ mode: 'kill' }, { timeout: 1 }, { acknowledge: true }, { roles: ALL_ROLES }),
      fc.jsonValue(),
    );
    const frame = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(code, fc.array(element, { maxLength: 6 }))
          .map(([c, rest]) => JSON.stringify([c, ...rest])),
      },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.uint8Array() },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        async (join, frames) => {
          const attacker = await connectRaw(host.url);
          if (join) await hello(attacker);
          for (const data of frames) attacker.ws.send(data);
          await stillServed();
          attacker.close();
          await attacker.closed;
          await stillServed();
        },
      ),
      { numRuns: 300 },
    );
    for (const client of [callee, caller]) client.close();
    expect(host.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

describe('a connection that does not complete the handshake', () => {
  let host: RouterHost;
  beforeEach(async () => {
    host = await startRouterHost({ listener: { handshakeTimeout: 60 } });
  });
  afterEach(async () => {
    await untilEmpty(host);
    await host.dispose();
  });

  const upgrade =
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n';

  it.each([
    ['silent', ''],
    ['half a request', upgrade.slice(0, 60)],
    ['upgraded, then silent', upgrade],
    ['upgraded, then half a frame', `${upgrade}\x81\xfe`],
  ])('is closed at the handshake timeout: %s', async (_what, bytes) => {
    const socket = connectTcp(Number(new URL(host.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(Buffer.from(bytes, 'latin1'));
    socket.resume();
    // The connection may end by FIN or by reset.
    await once(socket, 'close');
  });

  it('gets an ABORT with the reason if it has reached WAMP', async () => {
    const client = await connectRaw(host.url);
    expect(await client.next()).toEqual(VIOLATION);
    expect(await client.closed).toBe(1002);
  });

  it('is not closed while it has joined a realm, and is closed after it has left it', async () => {
    const clock = createFakeClock();
    const patient = await startRouterHost({ router: { clock }, listener: { clock } });
    const client = await connectRaw(patient.url);
    await hello(client);
    clock.advance(20_000);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
    expect((await client.next())[0]).toBe(MESSAGE.GOODBYE);
    clock.advance(10_000);
    expect(await client.next()).toEqual(VIOLATION);
    await client.closed;
    await untilEmpty(patient);
    await patient.dispose();
  });
});

describe('a client that does not read', () => {
  it('is closed when too much waits for it, and others are still served', async () => {
    const host = await startRouterHost({ listener: { maxSendBuffer: 1024 * 1024 } });
    const [slow, publisher] = [await connectRaw(host.url), await connectRaw(host.url)];
    await hello(slow);
    await hello(publisher);
    slow.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
    await slow.next();
    (slow.ws as unknown as { _socket: Socket })._socket.pause();
    const block = 'x'.repeat(200_000);
    let request = 0;
    await until(() => {
      publisher.send([MESSAGE.PUBLISH, ++request, {}, 'com.t', [block]]);
      return host.listener.counts().slowConsumersCut === 1;
    });
    await until(
      () => host.router.counts().sessions === 1,
      () => host.router.counts(),
    );
    publisher.send([MESSAGE.CALL, 1, {}, 'com.unknown']);
    expect((await publisher.next())[4]).toBe('wamp.error.no_such_procedure');
    (slow.ws as unknown as { _socket: Socket })._socket.resume();
    for (const client of [slow, publisher]) client.close();
    await untilEmpty(host);
    await host.dispose();
  });

  it('is closed when it does not reply to pings', async () => {
    const clock = createFakeClock();
    const host = await startRouterHost({ listener: { clock, pingInterval: 30_000, pingTimeout: 60_000 } });
    const [dead, alive] = [await connectRaw(host.url), await connectRaw(host.url)];
    await hello(dead);
    await hello(alive);
    (dead.ws as unknown as { _socket: Socket })._socket.pause();
    for (let round = 0; round < 3; round++) {
      const pinged = once(alive.ws, 'ping');
      clock.advance(30_000);
      await pinged;
      // Sent after the pong: the response shows that the pong has arrived.
      alive.send([MESSAGE.CALL, 1, {}, 'com.unknown']);
      await alive.next();
    }
    await until(
      () => host.router.counts().sessions === 1,
      () => host.router.counts(),
    );
    alive.send([MESSAGE.CALL, 1, {}, 'com.unknown']);
    expect((await alive.next())[4]).toBe('wamp.error.no_such_procedure');
    dead.ws.terminate();
    alive.close();
    await untilEmpty(host);
    await host.dispose();
  });
});

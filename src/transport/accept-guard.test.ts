import { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { type Accepting, type AcceptingLimits, type Arrival, guardAccepting } from './accept-guard.js';
import { createConnectionFiles } from './connection-files.js';

interface FakeSocket extends EventEmitter {
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  localAddress: string;
  localPort: number;
  destroyed: boolean;
  destroy(): void;
}

/** A socket that closes as soon as it is destroyed. */
function fakeSocket(remoteAddress?: string, remotePort?: number, localAddress = '192.0.2.100'): FakeSocket {
  const socket = new EventEmitter() as FakeSocket;
  Object.assign(socket, {
    remoteAddress,
    remotePort,
    localAddress,
    localPort: 443,
    destroyed: false,
    destroy() {
      if (socket.destroyed) return;
      socket.destroyed = true;
      socket.emit('close');
    },
  });
  return socket;
}

const NO_LIMIT = createConnectionFiles(Number.POSITIVE_INFINITY, 0);

describe('the guard of a listener', () => {
  let clock: FakeClock;
  let server: EventEmitter;
  let accepting: Accepting;
  let port = 0;
  let withoutFile = 0;

  function guard(limits: Partial<AcceptingLimits> = {}, isUnix = false, files = NO_LIMIT): void {
    server = new EventEmitter();
    accepting = guardAccepting(
      server as Server,
      {
        maxSessions: 1000,
        maxSessionsPerSource: 0,
        maxUnjoined: 1000,
        maxUnjoinedPerSource: 0,
        handshakeTimeout: 100,
        ...limits,
      },
      { isTls: true, isUnix, clock, files, onNoFile: () => withoutFile++, onRejected: () => {} },
    );
  }
  function accept(address?: string): FakeSocket {
    const socket = fakeSocket(address, address === undefined ? undefined : ++port);
    server.emit('connection', socket);
    return socket;
  }
  const arrival = (socket: FakeSocket) => accepting.arrivalOf(socket as unknown as Socket);

  const joined = (socket: FakeSocket, isJoined: boolean) =>
    accepting.joined(arrival(socket) as Arrival, isJoined);

  beforeEach(() => {
    clock = createFakeClock();
  });

  it('closes a connection at once if it would take a file that upstreams need, and returns files', () => {
    const files = createConnectionFiles(6, 1000);
    guard({ maxSessions: 2 }, false, files);
    // The last one is only told that the listener is full, which takes a file too.
    const first = [accept('192.0.2.1'), accept('192.0.2.2'), accept('192.0.2.3')];
    expect(accept('192.0.2.4').destroyed).toBe(true);
    expect([withoutFile, first.map(({ destroyed }) => destroyed)]).toEqual([1, [false, false, false]]);
    first[0]?.destroy();
    expect(accept('192.0.2.5').destroyed).toBe(false);
    for (let i = 0; i < 10; i++) accept('192.0.2.6');
    expect(withoutFile).toBe(11);
    for (const socket of first) socket.destroy();
    expect([accept('192.0.2.7').destroyed, accept('192.0.2.8').destroyed]).toEqual([false, false]);
  });

  it('cuts a client that does not complete its handshake in time, counted from TCP accept', () => {
    guard();
    const [slow, quick] = [accept('192.0.2.1'), accept('192.0.2.1')];
    clock.advance(60);
    expect(arrival(quick)?.established()).toBe(60);
    clock.advance(39);
    expect(slow.destroyed).toBe(false);
    clock.advance(1);
    expect([slow.destroyed, quick.destroyed, accepting.size]).toEqual([true, false, 1]);
    expect(clock.pending).toBe(0);
  });

  it('sets no timer if there is no limit', () => {
    guard({ handshakeTimeout: 0 });
    accept('192.0.2.1');
    expect(clock.pending).toBe(0);
  });

  it('refuses new clients while all places are taken, and accepts them afterwards', () => {
    guard({ maxSessions: 2 });
    const [first, second, third] = [accept('192.0.2.1'), accept('192.0.2.2'), accept('192.0.2.3')];
    arrival(first)?.established();
    expect([first, second, third].map((socket) => arrival(socket)?.refusal?.message)).toEqual([
      undefined,
      undefined,
      expect.stringContaining('maximum number of connections'),
    ]);
    second.destroy();
    expect(arrival(accept('192.0.2.4'))?.refusal).toBeUndefined();
    expect(accepting.size).toBe(2);
  });

  it('limits the number of clients that wait for their refusal', () => {
    guard({ maxSessions: 1 });
    accept('192.0.2.1');
    const refused = Array.from({ length: 100 }, () => accept('192.0.2.2'));
    expect(refused.every((socket) => !socket.destroyed)).toBe(true);
    expect(accept('192.0.2.2').destroyed).toBe(true);
    refused[0]?.destroy();
    expect(accept('192.0.2.2').destroyed).toBe(false);
    clock.advance(100);
    expect(refused.every((socket) => socket.destroyed)).toBe(true);
    expect([accepting.size, clock.pending]).toEqual([0, 0]);
  });

  it('refuses a source that has used its share, and no other source', () => {
    guard({ maxSessionsPerSource: 2 });
    const mine = [accept('192.0.2.1'), accept('::ffff:192.0.2.1'), accept('192.0.2.1')];
    expect(mine.map((socket) => arrival(socket)?.refusal !== undefined)).toEqual([false, false, true]);
    expect(mine.map((socket) => arrival(socket)?.remoteAddress)).toEqual(Array(3).fill('192.0.2.1'));
    expect(arrival(accept('192.0.2.2'))?.refusal).toBeUndefined();
    expect(arrival(accept('2001:db8::1'))?.refusal).toBeUndefined();
    mine[0]?.destroy();
    expect(arrival(accept('192.0.2.1'))?.refusal).toBeUndefined();
    expect(arrival(accept('192.0.2.1'))?.refusal?.message).toContain('from one address');
  });

  it('refuses new clients while too many have not joined, until one of them joins', () => {
    guard({ maxUnjoined: 2 });
    const [first, second] = [accept('192.0.2.1'), accept('192.0.2.2')];
    expect(arrival(accept('192.0.2.3'))?.refusal?.message).toContain('that have not joined');
    joined(first, true);
    expect(arrival(accept('192.0.2.3'))?.refusal).toBeUndefined();
    // A session left, and its connection stayed.
    expect(joined(first, false)).toBe(false);
    second.destroy();
    expect(arrival(accept('192.0.2.3'))?.refusal?.message).toContain('that have not joined');
    first.destroy();
    expect(arrival(accept('192.0.2.3'))?.refusal).toBeUndefined();
  });

  it('refuses a source with too many clients that have not joined, and no other source', () => {
    guard({ maxUnjoinedPerSource: 1 });
    const first = accept('192.0.2.1');
    expect(arrival(accept('192.0.2.1'))?.refusal?.message).toContain('from one address that have not joined');
    expect(arrival(accept('192.0.2.2'))?.refusal).toBeUndefined();
    expect(joined(first, true)).toBe(true);
    expect(joined(first, false)).toBe(true);
    joined(first, true);
    const second = accept('192.0.2.1');
    expect(arrival(second)?.refusal).toBeUndefined();
    expect(joined(first, false)).toBe(false);
    joined(first, true);
    first.destroy();
    expect(arrival(accept('192.0.2.1'))?.refusal).toBeDefined();
    second.destroy();
    expect(arrival(accept('192.0.2.1'))?.refusal).toBeUndefined();
  });

  it('treats a network of IPv6 as one source', () => {
    guard({ maxSessionsPerSource: 2 });
    const mine = [accept('2001:db8:0:1::1'), accept('2001:db8:0:1:a:b:c:d'), accept('2001:db8:0:1::2')];
    expect(mine.map((socket) => arrival(socket)?.refusal !== undefined)).toEqual([false, false, true]);
    expect(arrival(mine[1] as FakeSocket)?.remoteAddress).toBe('2001:db8:0:1:a:b:c:d');
    expect(arrival(accept('2001:db8:0:2::1'))?.refusal).toBeUndefined();
    mine[0]?.destroy();
    expect(arrival(accept('2001:db8:0:1::3'))?.refusal).toBeUndefined();
  });

  it('has no source for a Unix socket, and refuses no client of it', () => {
    guard({ maxSessionsPerSource: 1 }, true);
    for (const socket of [accept(), accept(), accept()]) {
      expect(arrival(socket)).toMatchObject({ refusal: undefined, remoteAddress: undefined });
    }
  });

  it('finds the data of the connection below a TLS socket', () => {
    guard();
    const socket = accept('192.0.2.1');
    const tls = fakeSocket(socket.remoteAddress, socket.remotePort);
    expect(arrival(tls)).toBe(arrival(socket));
    socket.destroy();
    expect(arrival(fakeSocket('192.0.2.1', socket.remotePort))).toBeUndefined();
    expect(arrival(fakeSocket())).toBeUndefined();
  });

  it('distinguishes connections of one client to several addresses of this machine', () => {
    guard();
    const ends: [string, number, string][] = [
      ['192.0.2.1', 5000, '192.0.2.100'],
      ['192.0.2.1', 5000, '192.0.2.101'],
      ['192.0.2.1', 5000, '2001:db8::1'],
    ];
    const [first, ...others] = ends.map((end) => {
      const socket = fakeSocket(...end);
      server.emit('connection', socket);
      return socket;
    });
    const overTls = () => ends.map((end) => arrival(fakeSocket(...end)));
    expect(overTls()).toEqual([first, ...others].map((socket) => arrival(socket!)));
    expect(new Set(overTls()).size).toBe(3);
    first?.destroy();
    expect(overTls()).toEqual([undefined, ...others.map((socket) => arrival(socket))]);
  });

  it('does not treat a client that has lost its address as a local one', () => {
    guard();
    expect(accept().destroyed).toBe(true);
    expect(accepting.size).toBe(0);
  });

  it('cuts clients in their handshake when it closes, and every client that connects later', () => {
    guard();
    const [done, half] = [accept('192.0.2.1'), accept('192.0.2.1')];
    arrival(done)?.established();
    accepting.close();
    expect([done.destroyed, half.destroyed, accept('192.0.2.1').destroyed]).toEqual([false, true, true]);
  });

  it('keeps running when a connection fails', () => {
    guard();
    accept('192.0.2.1').emit('error', new Error('reset'));
  });
});

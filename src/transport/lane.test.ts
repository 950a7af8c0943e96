import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLane, type Lane } from './lane.js';

const socketFrom = (remotePort: number): Socket =>
  Object.assign(new EventEmitter(), {
    remoteAddress: '192.0.2.1',
    remotePort,
    localAddress: '192.0.2.2',
    localPort: 443,
  }) as unknown as Socket;

describe('a lane of two places', () => {
  let started: number[];
  let lane: Lane;
  let sockets: Socket[];
  beforeEach(() => {
    started = [];
    lane = createLane(2, ({ remotePort }) => started.push(remotePort as number));
    sockets = [1, 2, 3, 4, 5].map(socketFrom);
    for (const socket of sockets) lane.add(socket);
  });

  it('starts two connections', () => {
    expect(started).toEqual([1, 2]);
  });

  it('starts the next connection when one leaves, by any socket of the same ends', () => {
    lane.leave(socketFrom(2));
    lane.leave(socketFrom(2));
    expect(started).toEqual([1, 2, 3]);
  });

  it('starts the next connection when one is closed, and skips those that closed while they waited', () => {
    sockets[2]?.emit('close');
    sockets[0]?.emit('close');
    expect(started).toEqual([1, 2, 4]);
  });

  it('ignores connections that it does not know', () => {
    lane.leave(socketFrom(9));
    expect(started).toEqual([1, 2]);
  });
});

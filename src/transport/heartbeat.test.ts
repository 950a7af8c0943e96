import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { createTurns, type Task } from '../turns.js';
import { createHeartbeat, type Heartbeat } from './heartbeat.js';

class FakeSocket extends EventEmitter {
  bytesRead = 0;
  destroyed = false;
  pings = 0;
  paused = false;
  isPaused(): boolean {
    return this.paused;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('a heartbeat', () => {
  let clock: FakeClock;
  let heartbeat: Heartbeat;
  beforeEach(() => {
    clock = createFakeClock();
  });
  function watch(): FakeSocket {
    const socket = new FakeSocket();
    heartbeat.watch(socket as unknown as Socket, () => socket.pings++);
    return socket;
  }

  it('pings a client that replies once per interval', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 30, pingTimeout: 60 });
    const socket = watch();
    for (let round = 1; round <= 5; round++) {
      clock.advance(30);
      expect(socket.pings).toBe(round);
      socket.bytesRead += 6;
    }
    expect(socket.destroyed).toBe(false);
  });

  it('cuts a client that is silent for the timeout, and sends no other ping before', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 30, pingTimeout: 60 });
    const [dead, alive] = [watch(), watch()];
    clock.advance(30);
    alive.bytesRead++;
    clock.advance(30);
    alive.bytesRead++;
    expect([dead.destroyed, dead.pings]).toEqual([false, 1]);
    clock.advance(30);
    expect([dead.destroyed, alive.destroyed, alive.pings]).toEqual([true, false, 3]);
  });

  it('keeps a client that is not read because too many of its messages wait', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 30, pingTimeout: 60 });
    const busy = watch();
    clock.advance(30);
    busy.paused = true;
    clock.advance(300);
    expect(busy.destroyed).toBe(false);
    busy.paused = false;
    clock.advance(120);
    expect(busy.destroyed).toBe(true);
  });

  it('applies a timeout that is shorter than the interval', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 100, pingTimeout: 20 });
    const [dead, alive] = [watch(), watch()];
    clock.advance(100);
    alive.bytesRead++;
    clock.advance(20);
    expect([dead.destroyed, alive.destroyed, alive.pings]).toEqual([true, false, 1]);
    clock.advance(80);
    expect(alive.pings).toBe(2);
  });

  it('treats any data as a sign of life', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 30, pingTimeout: 60 });
    const sender = watch();
    // A message so large that the pong has to wait for its end.
    for (let second = 0; second < 1000; second++) {
      clock.advance(1);
      sender.bytesRead += 100;
    }
    expect(sender.destroyed).toBe(false);
  });

  it('forgets clients that have left, and does nothing after it was stopped', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 30, pingTimeout: 60 });
    const socket = watch();
    socket.destroy();
    clock.advance(300);
    expect(socket.pings).toBe(0);
    heartbeat.stop();
    expect(clock.pending).toBe(0);
  });

  it('does nothing if pings are disabled', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 0, pingTimeout: 60 });
    const socket = watch();
    clock.advance(1000);
    expect([socket.pings, socket.destroyed, clock.pending]).toEqual([0, false, 0]);
    heartbeat.stop();
  });

  it('uses changed intervals for the connections that it watches already', () => {
    heartbeat = createHeartbeat(clock, createTurns(clock), { pingInterval: 0, pingTimeout: 60 });
    const socket = watch();
    heartbeat.update({ pingInterval: 30, pingTimeout: 60 });
    clock.advance(30);
    expect(socket.pings).toBe(1);
    heartbeat.update({ pingInterval: 100, pingTimeout: 60 });
    clock.advance(90);
    expect([socket.pings, socket.destroyed]).toEqual([1, false]);
    clock.advance(30);
    expect(socket.pings).toBe(2);
    heartbeat.update({ pingInterval: 0, pingTimeout: 60 });
    clock.advance(1000);
    expect([socket.pings, socket.destroyed, clock.pending]).toEqual([2, false, 0]);
  });

  describe('with many connections', () => {
    const MANY = 1000;
    const tasks: Task[] = [];
    /** Turns that have no time left, so that everything else waits to be run by the test. */
    const busy = { number: 1, hasTime: () => false, add: (task: Task) => void tasks.push(task) };
    function runTurn(): void {
      for (const task of tasks.splice(0)) if (!task()) tasks.push(task);
    }
    const pingedOf = (sockets: readonly FakeSocket[]) => sockets.filter(({ pings }) => pings > 0).length;
    const cutOf = (sockets: readonly FakeSocket[]) => sockets.filter(({ destroyed }) => destroyed).length;
    beforeEach(() => {
      tasks.length = 0;
      heartbeat = createHeartbeat(clock, busy, { pingInterval: 30, pingTimeout: 30 });
    });

    it('pings and cuts a few of them in each turn', async () => {
      const sockets = Array.from({ length: MANY }, watch);
      for (const count of [pingedOf, cutOf]) {
        clock.advance(30);
        for (let turn = 1; tasks.length > 0; turn++) {
          const before = count(sockets);
          runTurn();
          expect(count(sockets) - before).toBeLessThan(MANY / 10);
          expect(turn).toBeLessThan(MANY);
        }
        expect(count(sockets)).toBe(MANY);
        // The next check is planned in a microtask.
        await Promise.resolve();
      }
    });

    it('starts no check before the previous one has ended, and none after it was stopped', async () => {
      const sockets = Array.from({ length: MANY }, watch);
      clock.advance(30);
      clock.advance(30);
      expect(tasks).toHaveLength(1);
      heartbeat.stop();
      const before = pingedOf(sockets);
      while (tasks.length > 0) runTurn();
      await Promise.resolve();
      expect([pingedOf(sockets), clock.pending]).toEqual([before, 0]);
    });
  });
});

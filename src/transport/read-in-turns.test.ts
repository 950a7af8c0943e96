import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../turns.js';
import { readInTurns, readWebSocketInTurns } from './read-in-turns.js';

describe('a socket that is read in turns', () => {
  let hasTime: boolean;
  let tasks: Task[];
  let socket: PassThrough;
  let read: number[];
  const turns = { number: 0, hasTime: () => hasTime, add: (task: Task) => void tasks.push(task) };
  beforeEach(() => {
    hasTime = false;
    tasks = [];
    socket = new PassThrough();
    read = [];
  });

  it('keeps a large chunk unread while the turn has no time, and keeps the order', async () => {
    const bytes: number[] = [];
    readInTurns(socket, turns, (chunk) => {
      read.push(chunk.length);
      bytes.push(...chunk);
    });
    socket.write(Buffer.alloc(100, 1));
    socket.write(Buffer.alloc(5000, 2));
    socket.write(Buffer.alloc(200, 3));
    await turn();
    expect([read, tasks.length]).toEqual([[100], 1]);
    // A small piece for each turn without time.
    expect(tasks[0]?.()).toBe(false);
    await turn();
    expect(read).toEqual([100, 4096]);
    hasTime = true;
    expect(tasks[0]?.()).toBe(true);
    await turn();
    expect([read.reduce((sum, length) => sum + length), tasks.length]).toEqual([5300, 1]);
    expect(Buffer.from(bytes)).toEqual(
      Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(5000, 2), Buffer.alloc(200, 3)]),
    );
  });

  it('stays paused when its parser pauses it', async () => {
    readInTurns(socket, turns, (chunk) => {
      read.push(chunk.length);
      socket.pause();
    });
    socket.write(Buffer.alloc(10_000));
    await turn();
    expect(tasks[0]?.()).toBe(true);
    await turn();
    expect(read).toEqual([4096]);
    // Read on at the wish of the parser: that does not need the task, which has ended.
    hasTime = true;
    socket.resume();
    await turn();
    expect(read).toEqual([4096, 5904]);
  });

  it('gives up its turn when the parser has continued meanwhile', async () => {
    readInTurns(socket, turns, (chunk) => read.push(chunk.length));
    socket.write(Buffer.alloc(10_000));
    await turn();
    hasTime = true;
    socket.resume();
    await turn();
    socket.pause();
    socket.write(Buffer.alloc(10));
    expect(tasks[0]?.()).toBe(true);
    await turn();
    expect(read).toEqual([10_000]);
  });

  it('passes nothing more to ws when ws has removed its listener', async () => {
    const parse = (chunk: Buffer) => {
      read.push(chunk.length);
      socket.removeListener('data', parse);
    };
    socket.on('data', parse);
    readWebSocketInTurns(socket as unknown as Socket, turns, { haveRead: () => {}, isDeaf: () => false });
    socket.write(Buffer.alloc(100));
    await turn();
    socket.write(Buffer.alloc(100));
    await turn();
    expect(read).toEqual([100]);
  });
});

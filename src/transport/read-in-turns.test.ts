import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Task } from '../turns.js';
import { readInTurns } from './read-in-turns.js';

describe('a socket that is read in turns', () => {
  it('keeps a large chunk unread while the turn has no time, and its order', async () => {
    let hasTime = false;
    const tasks: Task[] = [];
    const socket = new PassThrough() as unknown as Socket;
    const read: number[] = [];
    const turns = { number: 0, hasTime: () => hasTime, add: (task: Task) => void tasks.push(task) };
    readInTurns(socket, turns, (chunk) => read.push(chunk.length));
    socket.write(Buffer.alloc(100));
    socket.write(Buffer.alloc(5000));
    socket.write(Buffer.alloc(200));
    await turn();
    expect([read, tasks.length]).toEqual([[100], 1]);
    tasks.shift()?.();
    await turn();
    expect([read, tasks.length]).toEqual([[100], 1]);
    hasTime = true;
    tasks.shift()?.();
    await turn();
    expect([read, tasks.length]).toEqual([[100, 5000, 200], 0]);
  });
});

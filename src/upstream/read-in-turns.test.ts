import { Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../turns.js';
import { PacedReader } from './read-in-turns.js';

const PIECE = Buffer.alloc(8 * 1024, 'x');

describe('bytes for a parser', () => {
  let hasTime: boolean;
  let tasks: Task[];
  let socket: Duplex;
  let reader: PacedReader;
  /** Octets that the parser has read. */
  let got: number;

  beforeEach(async () => {
    [hasTime, tasks, got] = [false, [], 0];
    socket = new Duplex({
      read() {},
      highWaterMark: PIECE.length,
      write: (_chunk, _encoding, done) => done(),
    });
    reader = new PacedReader(socket, { number: 0, hasTime: () => hasTime, add: (task) => tasks.push(task) });
    socket.read = (size) => reader.read(size);
    reader.expectsResponse = true;
    socket.on('readable', () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) got += chunk.length;
    });
    await turn();
  });

  const turn = () => new Promise(setImmediate);
  const push = (piece: Buffer) => {
    socket.push(piece);
    return turn();
  };

  it('wait for a turn with time, in one task, and none is lost', async () => {
    await push(PIECE);
    await push(PIECE);
    expect([got, tasks.length]).toEqual([0, 1]);
    expect(tasks.shift()?.()).toBe(true);
    expect([got, tasks.length]).toEqual([0, 1]);
    hasTime = true;
    tasks.shift()?.();
    expect([got, tasks.length]).toEqual([2 * PIECE.length, 0]);
    await push(PIECE);
    expect(got).toBe(3 * PIECE.length);
  });
  it('do not wait where they are few', async () => {
    await push(PIECE.subarray(0, 1_000));
    expect(got).toBe(1_000);
  });
  // The next request would take them for its response.
  it('do not wait between responses', async () => {
    reader.expectsResponse = false;
    await push(PIECE);
    expect(got).toBe(PIECE.length);
  });
  it('are lost with their socket', async () => {
    await push(PIECE);
    socket.destroy();
    hasTime = true;
    tasks.shift()?.();
    expect([got, tasks.length]).toEqual([0, 0]);
  });
});

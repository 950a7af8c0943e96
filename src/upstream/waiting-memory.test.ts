import { describe, expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { type CallControl, createCallControl } from './call-control.js';
import type { HttpRequest } from './http-message.js';
import { SharedBytes } from './shared-bytes.js';
import { createWaitingMemory, type HeldMemory, type WaitingMemory } from './waiting-memory.js';

const KB = 1024;
const unlimited = () => new SharedBytes(Number.POSITIVE_INFINITY);
const request = (body?: string | Uint8Array, headers: string[] = []): HttpRequest => ({
  method: 'POST',
  origin: 'http://a',
  path: '/x',
  headers,
  body,
});
const call = (kwargs: unknown = {}) => createCallControl(0, kwargs);
const callOf = (session: number) =>
  createCallControl(0, {}, { realm: 'com.example', session, authid: 'a', authrole: 'user' });
const [GREEDY, OTHER] = [1, 2];

describe('the memory of waiting calls', () => {
  it.each<[string, HttpRequest, unknown]>([
    ['a body in text', request('a'.repeat(8 * KB)), {}],
    ['a body in bytes', request(Buffer.alloc(8 * KB)), {}],
    ['headers', request(undefined, ['X-A', 'a'.repeat(8 * KB)]), {}],
    ['a path', { ...request(), path: 'a'.repeat(8 * KB) }, {}],
    ['arguments that the request does not use', request(), { unused: 'a'.repeat(8 * KB) }],
    ['arguments that are not parsed yet', request(), jsonText('', Buffer.alloc(8 * KB))],
    ['many small arguments', request(), Array.from({ length: KB }, () => ({ a: 1 }))],
    ['names of arguments', request(), { ['a'.repeat(8 * KB)]: 1 }],
  ])('counts %s', (_, held, kwargs) => {
    const total = unlimited();
    const memory = createWaitingMemory(100 * KB, total);
    const first = memory.enter(held, call(kwargs)) as HeldMemory;
    expect(total.bytes).toBeGreaterThanOrEqual(8 * KB);
    expect(total.bytes).toBeLessThan(100 * KB);
    memory.leave(first);
    expect(total.bytes).toBe(0);
    expect(createWaitingMemory(8 * KB, unlimited()).enter(held, call(kwargs))).toBeUndefined();
  });

  it('counts the whole chunk that contains a small body, and counts it once', () => {
    const chunk = Buffer.alloc(64 * KB).buffer;
    const total = unlimited();
    const memory = createWaitingMemory(100 * KB, total);
    const calls = [0, 100, 200].map((at) => {
      const body = new Uint8Array(chunk, at, 100);
      return memory.enter(request(body), call(jsonText('', body))) as HeldMemory;
    });
    expect(Math.floor(total.bytes / (2 * KB))).toBe(32);
    expect(memory.enter(request(Buffer.alloc(64 * KB)), call())).toBeUndefined();
    memory.leave(calls[0] as HeldMemory);
    memory.leave(calls[1] as HeldMemory);
    expect(Math.floor(total.bytes / (2 * KB))).toBe(32);
    memory.leave(calls[2] as HeldMemory);
    expect(total.bytes).toBe(0);
    expect(memory.enter(request(Buffer.alloc(64 * KB)), call())).toBeDefined();
  });

  it('is limited for all services together', () => {
    const total = new SharedBytes(100 * KB);
    const [one, other] = [createWaitingMemory(64 * KB, total), createWaitingMemory(64 * KB, total)];
    const held = one.enter(request('a'.repeat(60 * KB)), call()) as HeldMemory;
    expect(other.enter(request('a'.repeat(60 * KB)), call())).toBeUndefined();
    expect(other.enter(request('a'.repeat(30 * KB)), call())).toBeDefined();
    one.leave(held);
    expect(other.enter(request('a'.repeat(30 * KB)), call())).toBeDefined();
  });

  it('stops counting when there is no more room', () => {
    let reads = 0;
    const values = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]));
    const counted = new Proxy(values, {
      get(target, key) {
        reads++;
        return target[key as string];
      },
    });
    const memory = createWaitingMemory(KB, unlimited());
    expect(memory.enter(request(), call(counted))).toBeUndefined();
    expect(memory.enter(request(), call(new Array(1e9)))).toBeUndefined();
    expect(reads).toBeLessThan(100);
  });

  it('leaves room for other callers when one uses all that it may', () => {
    const memory = createWaitingMemory(100 * KB, unlimited());
    const enter = (session: number) => memory.enter(request('a'.repeat(8 * KB)), callOf(session));
    while (enter(GREEDY) !== undefined);
    expect(enter(OTHER)).toBeDefined();
    expect(enter(GREEDY)).toBeUndefined();
  });

  it('gives back the bytes of each caller, whoever leaves a chunk last', () => {
    const total = unlimited();
    const memory = createWaitingMemory(100 * KB, total);
    const chunk = Buffer.alloc(8 * KB);
    const calls = [GREEDY, OTHER].map((session) => memory.enter(request(chunk), callOf(session)));
    for (const held of calls) memory.leave(held as HeldMemory);
    expect(total.bytes).toBe(0);
    expect(memory.enter(request('a'.repeat(70 * KB)), callOf(GREEDY))).toBeDefined();
  });
});

describe('the bodies of running calls', () => {
  const [one, other] = [GREEDY, OTHER].map(callOf) as [CallControl, CallControl];

  it('count among the bytes of all services, and one caller leaves room for others', () => {
    const total = new SharedBytes(1024 * KB);
    const memories = [1, 2].map(() => createWaitingMemory(1024 * KB, total)) as [
      WaitingMemory,
      WaitingMemory,
    ];
    const [first, second] = memories;
    let count = 0;
    while (first.run(128 * KB, one)) count++;
    expect(count).toBe(6);
    expect(second.run(128 * KB, one)).toBe(false);
    expect(second.run(128 * KB, other)).toBe(true);
    while (count-- > 0) first.end(128 * KB, one);
    second.end(128 * KB, other);
    expect(total.bytes).toBe(0);
  });
  it('always have room if they are small', () => {
    const total = new SharedBytes(KB);
    const memory = createWaitingMemory(KB, total);
    expect([memory.run(KB, one), memory.run(KB, one)]).toEqual([true, true]);
    expect(total.bytes).toBe(2 * KB);
    memory.end(KB, one);
    memory.end(KB, one);
    expect(total.bytes).toBe(0);
  });
});

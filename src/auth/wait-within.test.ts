import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { createTurns, type Task } from '../turns.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import { createWaitWithin } from './wait-within.js';

const never = new Promise<string>(() => {});

describe('the wait of one call for a shared promise', () => {
  it('ends with the value of the promise', async () => {
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const control = createCallControl(1_000);
    expect(await waitWithin(Promise.resolve('token'), control)).toBe('token');
    expect([clock.pending, control.waitsFor]).toEqual([0, undefined]);
  });

  it('ends at the deadline of the call', async () => {
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const control = createCallControl(1_000);
    const waiting = waitWithin(never, control);
    clock.advance(1_000);
    expect(await waiting).toBe('timeout');
    expect(control.waitsFor).toBeUndefined();
    expect(await waitWithin(never, control)).toBe('timeout');
  });

  it('ends when the call is cancelled', async () => {
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const control = createCallControl(1_000);
    const waiting = waitWithin(never, control);
    cancelCall(control);
    expect(await waiting).toBe('canceled');
    expect(clock.pending).toBe(0);
    expect(await waitWithin(never, control)).toBe('canceled');
  });

  it('does not touch the call after the wait has ended', async () => {
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const control = createCallControl(1_000);
    let resolveLate: (value: string) => void = () => {};
    const awaited = new Promise<string>((resolve) => {
      resolveLate = resolve;
    });
    const waiting = waitWithin(awaited, control);
    clock.advance(1_000);
    await waiting;
    const later = { cancel: () => {} };
    control.waitsFor = later;
    resolveLate('too late');
    await awaited;
    expect(control.waitsFor).toBe(later);
  });

  it('ends at once if the promise has resolved before', async () => {
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const awaited = Promise.resolve('token');
    for (let call = 1; call <= 2; call++) {
      expect(await waitWithin(awaited, createCallControl(1_000))).toBe('token');
    }
  });

  it('keeps nothing of a call that was cancelled, while others wait on', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const clock = createFakeClock();
    const waitWithin = createWaitWithin<string>(clock, createTurns(clock));
    const others = createCallControl(1_000);
    void waitWithin(never, others);
    async function leave(): Promise<WeakRef<object>> {
      const holds = { text: 'arguments of a call' };
      const control = createCallControl(1_000, holds);
      const waiting = waitWithin(never, control);
      cancelCall(control);
      await waiting;
      return new WeakRef(holds);
    }
    const left = await leave();
    // A WeakRef holds its target until the end of the current task.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(left.deref()).toBeUndefined();
    expect(others.waitsFor).toBeDefined();
  });

  it('ends for a few of many calls in each turn of the event loop', async () => {
    const MANY = 1000;
    const tasks: Task[] = [];
    const turns = { number: 1, hasTime: () => true, add: (task: Task) => void tasks.push(task) };
    const waitWithin = createWaitWithin<string>(createFakeClock(), turns);
    let arrive: (token: string) => void = () => {};
    const awaited = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const outcomes: string[] = [];
    const controls = Array.from({ length: MANY }, () => createCallControl(1_000));
    for (const control of controls)
      void waitWithin(awaited, control).then((outcome) => outcomes.push(outcome));
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    arrive('token');
    await settled();
    expect(outcomes.length).toBeLessThan(MANY / 10);
    cancelCall(controls[MANY - 1]!);
    for (let turn = 1; tasks.length > 0; turn++) {
      const before = outcomes.length;
      for (const task of tasks.splice(0)) if (!task()) tasks.push(task);
      await settled();
      expect(outcomes.length - before).toBeLessThan(MANY / 10);
      expect(turn).toBeLessThan(MANY);
    }
    expect(outcomes).toHaveLength(MANY);
    expect(outcomes.filter((outcome) => outcome === 'canceled')).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { type Asker, createFairTurns, type FairTurnsLimits } from './fair-turns.js';
import { TooBusy } from './too-busy.js';

function setUp(limits: Partial<FairTurnsLimits> = {}) {
  const turns = createFairTurns({ maxConcurrent: 2, maxPerSource: 1, maxWaiting: 4, ...limits });
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  /** Work that lasts until the test ends it. */
  function run(name: string, source: string, signal = new AbortController().signal): Promise<string> {
    const asker: Asker = { source, signal };
    const outcome = turns.run(asker, async () => {
      started.push(name);
      await new Promise<void>((resolve) => finish.set(name, resolve));
      return name;
    });
    return outcome.catch((error: unknown) =>
      error instanceof TooBusy ? `no ${name}` : Promise.reject(error),
    );
  }
  async function end(name: string): Promise<void> {
    finish.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { turns, run, end, started };
}

describe('fair turns', () => {
  it('alternate between sources, and keep the order within a source', async () => {
    const { run, end, started } = setUp({ maxConcurrent: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) void run(name, name.charAt(0));
    for (const name of ['a1', 'a2', 'b1', 'c1']) await end(name);
    expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('leave a slot for others, however much one source asks for', async () => {
    const { run, end, started } = setUp();
    for (const name of ['a1', 'a2', 'a3']) void run(name, 'a');
    expect(started).toEqual(['a1']);
    void run('b1', 'b');
    expect(started).toEqual(['a1', 'b1']);
    void run('c1', 'c');
    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'c1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('refuse the latest work of the source with the longest queue when the waiting list is full', async () => {
    const { run, end, started } = setUp({ maxConcurrent: 1 });
    const outcomes = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'c1', 'b2'].map((name) =>
      run(name, name.charAt(0)),
    );
    // a6 arrives when the list is full. b1 and c1 take the places of a5 and a4. With b2, b would
    // have as many as a.
    expect(await outcomes[5]).toBe('no a6');
    expect(await outcomes[4]).toBe('no a5');
    expect(await outcomes[3]).toBe('no a4');
    expect(await outcomes[8]).toBe('no b2');
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3']) await end(name);
    expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('skip a client that has gone, and free its place in the queue', async () => {
    const { run, end, started } = setUp({ maxConcurrent: 1, maxWaiting: 1 });
    const gone = new AbortController();
    void run('a1', 'a');
    const left = run('b1', 'b', gone.signal);
    gone.abort();
    expect(await left).toBe('no b1');
    expect(await run('d1', 'd', gone.signal)).toBe('no d1');
    void run('c1', 'c');
    await end('a1');
    expect(started).toEqual(['a1', 'c1']);
  });

  it('keep the slot of running work, even if its client has gone', async () => {
    const { run, end, started } = setUp({ maxConcurrent: 1 });
    const gone = new AbortController();
    void run('a1', 'a', gone.signal);
    void run('b1', 'b');
    gone.abort();
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1']);
  });

  it('pass an error on, and continue', async () => {
    const { turns, run, started } = setUp({ maxConcurrent: 1 });
    const asker = { source: 'a', signal: new AbortController().signal };
    const failing = turns.run(asker, () => Promise.reject(new Error('bug')));
    void run('b1', 'b');
    await expect(failing).rejects.toThrow('bug');
    expect(started).toEqual(['b1']);
  });
});

import { describe, expect, it } from 'vitest';
import { type Asker, createFairTurns, type FairTurnsLimits } from './fair-turns.js';
import { TooBusy } from './too-busy.js';

function setUp(limits: Partial<FairTurnsLimits> = {}) {
  const turns = createFairTurns({ mostAtATime: 2, mostOfSource: 1, mostWaiting: 4, ...limits });
  const begun: string[] = [];
  const finish = new Map<string, () => void>();
  /** Work that lasts until it is told to end. */
  function run(name: string, source: string, signal = new AbortController().signal): Promise<string> {
    const asker: Asker = { source, signal };
    const outcome = turns.run(asker, async () => {
      begun.push(name);
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
  return { turns, run, end, begun };
}

describe('fair turns', () => {
  it('go round the sources, and in order within one', async () => {
    const { run, end, begun } = setUp({ mostAtATime: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) void run(name, name.charAt(0));
    for (const name of ['a1', 'a2', 'b1', 'c1']) await end(name);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('leave a place to others, however much one source asks for', async () => {
    const { run, end, begun } = setUp();
    for (const name of ['a1', 'a2', 'a3']) void run(name, 'a');
    expect(begun).toEqual(['a1']);
    void run('b1', 'b');
    expect(begun).toEqual(['a1', 'b1']);
    void run('c1', 'c');
    await end('b1');
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('refuse what comes last from whoever waits most, where all places to wait are taken', async () => {
    const { run, end, begun } = setUp({ mostAtATime: 1 });
    const outcomes = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'c1', 'b2'].map((name) =>
      run(name, name.charAt(0)),
    );
    // a6 comes where all is full. b1 and c1 take the places of a5 and a4. With b2, b would have as
    // many as a has.
    expect(await outcomes[5]).toBe('no a6');
    expect(await outcomes[4]).toBe('no a5');
    expect(await outcomes[3]).toBe('no a4');
    expect(await outcomes[8]).toBe('no b2');
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3']) await end(name);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('pass over whoever has gone, and free the place in which it waited', async () => {
    const { run, end, begun } = setUp({ mostAtATime: 1, mostWaiting: 1 });
    const gone = new AbortController();
    void run('a1', 'a');
    const left = run('b1', 'b', gone.signal);
    gone.abort();
    expect(await left).toBe('no b1');
    expect(await run('d1', 'd', gone.signal)).toBe('no d1');
    void run('c1', 'c');
    await end('a1');
    expect(begun).toEqual(['a1', 'c1']);
  });

  it('keep the place of work that is under way, though whoever asked has gone', async () => {
    const { run, end, begun } = setUp({ mostAtATime: 1 });
    const gone = new AbortController();
    void run('a1', 'a', gone.signal);
    void run('b1', 'b');
    gone.abort();
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1']);
  });

  it('hand on what goes wrong, and go on', async () => {
    const { turns, run, begun } = setUp({ mostAtATime: 1 });
    const asker = { source: 'a', signal: new AbortController().signal };
    const failing = turns.run(asker, () => Promise.reject(new Error('bug')));
    void run('b1', 'b');
    await expect(failing).rejects.toThrow('bug');
    expect(begun).toEqual(['b1']);
  });
});

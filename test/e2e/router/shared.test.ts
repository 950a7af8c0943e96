import { describe, expect, it } from 'vitest';
import type { InvocationOutcome } from '../../../src/wamp/client/invocations.js';
import type { Session } from '../../../src/wamp/client/session.js';
import { CAPABLE, PLAIN_CALLEE, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const answer = (name: string): InvocationOutcome => ({ kind: 'result', payload: { args: [name] } });
const unavailable: InvocationOutcome = { kind: 'error', uri: 'wamp.error.unavailable', payload: {} };

describe.each(CONTRACT_MATRIX)('shared registrations over $name', (transport) => {
  const { session } = useRouter(transport);

  /**
   * A callee that responds to calls of `com.a` with its name, or that is unavailable if `busy`
   * names it.
   */
  async function callee(name: string, options: object, busy: readonly string[] = [], details = CAPABLE) {
    const joined = await session(details);
    const registration = await joined.register('com.a', { ...options }, async () =>
      busy.includes(name) ? unavailable : answer(name),
    );
    return { name, registration, session: joined };
  }
  async function callees(names: string, invoke: string, busy: readonly string[] = []) {
    const all: Awaited<ReturnType<typeof callee>>[] = [];
    for (const name of names) all.push(await callee(name, { invoke }, busy));
    return all;
  }
  async function call(caller: Session): Promise<unknown> {
    const { args } = await caller.call('com.a', {});
    return (args as readonly unknown[])[0];
  }
  async function calls(caller: Session, count: number): Promise<string> {
    let names = '';
    for (let at = 0; at < count; at++) names += await call(caller);
    return names;
  }

  it.each([
    ['first', 'aaa'],
    ['last', 'ccc'],
    ['roundrobin', 'abca'],
  ])('choose callees by the order of registration with %s', async (invoke, expected) => {
    await callees('abc', invoke);
    expect(await calls(await session(), expected.length)).toBe(expected);
  });

  it('call every callee after a while with random', async () => {
    await callees('abc', 'random');
    const caller = await session();
    const seen = new Set<unknown>();
    while (seen.size < 3) seen.add(await call(caller));
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['first', 'a', 'bb'],
    ['first', 'b', 'aa'],
    ['last', 'c', 'bb'],
    ['roundrobin', 'a', 'bcb'],
    ['roundrobin', 'b', 'cac'],
    ['roundrobin', 'c', 'bab'],
  ])('continue with %s when %s leaves', async (invoke, leaver, expected) => {
    const all = await callees('abc', invoke);
    const caller = await session();
    if (invoke === 'roundrobin') expect(await calls(caller, 1)).toBe('a');
    await all.find(({ name }) => name === leaver)?.session.leave();
    expect(await calls(caller, expected.length)).toBe(expected);
  });

  it('continue with roundrobin when a callee unregisters and registers again as the last one', async () => {
    const [one] = await callees('abc', 'roundrobin');
    const caller = await session();
    expect(await calls(caller, 2)).toBe('ab');
    await one?.session.unregister(one.registration);
    expect(await calls(caller, 2)).toBe('cb');
    await one?.session.register('com.a', { invoke: 'roundrobin' }, async () => answer('a'));
    expect(await calls(caller, 3)).toBe('cab');
  });

  it('have one ID, and exist until the last callee leaves', async () => {
    const all = await callees('abc', 'first');
    expect(new Set(all.map(({ registration }) => registration)).size).toBe(1);
    const caller = await session();
    for (const { session: leaver, name } of all) {
      expect(await call(caller)).toBe(name);
      await leaver.leave();
    }
    await expect(call(caller)).rejects.toMatchObject({ uri: 'wamp.error.no_such_procedure' });
    // Nothing is left of them: a new registration may have another policy.
    await callees('x', 'single');
    expect(await call(caller)).toBe('x');
  });

  it.each([
    ['a second one if the first is single', {}, {}],
    ['a second one with any policy if the first is single', { invoke: 'single' }, { invoke: 'first' }],
    ['a policy other than the first one’s', { invoke: 'roundrobin' }, { invoke: 'random' }],
    ['no policy if the first has one', { invoke: 'roundrobin' }, {}],
  ])('refuse %s', async (_what, first, second) => {
    await callee('a', first);
    await expect(callee('b', second)).rejects.toMatchObject({
      uri: 'wamp.error.procedure_already_exists',
    });
    expect(await call(await session())).toBe('a');
  });

  it('refuse a session that has registered already, because autobahn|python fails on a known ID', async () => {
    const { session: one } = await callee('a', { invoke: 'roundrobin' });
    await expect(
      one.register('com.a', { invoke: 'roundrobin' }, async () => answer('again')),
    ).rejects.toMatchObject({ uri: 'wamp.error.procedure_already_exists' });
  });

  describe('a callee that is unavailable', () => {
    it.each([
      ['first', 'a', 'bbb'],
      ['first', 'ab', 'ccc'],
      ['last', 'c', 'bbb'],
      ['last', 'bc', 'aaa'],
      ['roundrobin', 'b', 'acacac'],
      ['roundrobin', 'c', 'ababab'],
      ['random', 'ac', 'bbb'],
    ])('is skipped by %s if %s are unavailable', async (invoke, busy, expected) => {
      await callees('abc', invoke, [...busy]);
      expect(await calls(await session(), expected.length)).toBe(expected);
    });

    it.each([
      ['single', 'a'],
      ['first', 'abc'],
      ['random', 'abc'],
    ])('causes an error if all are unavailable: %s', async (invoke, names) => {
      await callees(names, invoke, [...names]);
      await expect(call(await session())).rejects.toMatchObject({ uri: 'wamp.error.no_available_callee' });
    });

    it('passes its error to the caller if it has not announced call_reroute', async () => {
      await callee('a', { invoke: 'first' }, ['a'], PLAIN_CALLEE as unknown as typeof CAPABLE);
      await callee('b', { invoke: 'first' });
      await expect(call(await session())).rejects.toMatchObject({ uri: 'wamp.error.unavailable' });
    });

    it('may leave while another callee has its call', async () => {
      const { session: busy } = await callee('a', { invoke: 'first' }, ['a']);
      const other = await session();
      let finish: (outcome: InvocationOutcome) => void = () => {};
      let begin: () => void = () => {};
      const started = new Promise<void>((resolve) => {
        begin = resolve;
      });
      await other.register('com.a', { invoke: 'first' }, () => {
        begin();
        return new Promise((resolve) => {
          finish = resolve;
        });
      });
      const result = call(await session());
      await started;
      await busy.leave();
      finish(answer('b'));
      expect(await result).toBe('b');
    });
  });
});

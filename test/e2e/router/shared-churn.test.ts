import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/wamp/client/session.js';
import { CAPABLE, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

interface Callee {
  readonly name: string;
  readonly session: Session;
  readonly registration: number;
}
const MATCHES = [
  ['exact', 'com.shared.a'],
  ['prefix', 'com.sha'],
  ['wildcard', 'com..a'],
] as const;

/**
 * Callees that come and go, always in the same way: + adds one, a digit removes the one at that
 * index.
 */
const CHURN = '+++0+1+2+++4+0+0021+0+';
/** How a callee leaves, in turn. */
const GOINGS: readonly ((callee: Callee) => Promise<unknown>)[] = [
  ({ session }) => session.leave(),
  ({ session, registration }) => session.unregister(registration),
];

describe.each(CONTRACT_MATRIX)('shared registrations whose callees come and go over $name', (transport) => {
  const { session } = useRouter(transport);

  /**
   * Runs the churn. After each step `check` makes calls, which return the names of their callees.
   */
  async function churn(
    invoke: string,
    match: string,
    uri: string,
    check: (names: readonly string[], call: () => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const caller = await session();
    const present: Callee[] = [];
    let made = 0;
    const call = async () => ((await caller.call('com.shared.a', {})).args as readonly unknown[])[0];
    for (const [at, step] of [...CHURN].entries()) {
      if (step === '+') {
        const name = `callee ${++made}`;
        const joined = await session(CAPABLE);
        const registration = await joined.register(uri, { invoke, match }, async () => ({
          kind: 'result',
          payload: { args: [name] },
        }));
        present.push({ name, session: joined, registration });
      } else {
        const [leaver] = present.splice(Number(step), 1);
        if (leaver === undefined) throw new Error('there is no callee');
        await GOINGS[at % GOINGS.length]!(leaver);
      }
      // There is one registration, however many callees share it.
      expect(new Set(present.map(({ registration }) => registration)).size).toBe(Math.min(present.length, 1));
      await check(
        present.map(({ name }) => name),
        call,
      );
    }
  }

  it.each(MATCHES)('send calls to the first callee: %s', async (match, uri) => {
    await churn('first', match, uri, async (names, call) => {
      for (let at = 0; at < 3; at++) expect(await call()).toBe(names[0]);
    });
  });

  it.each(MATCHES)('send calls to the last callee: %s', async (match, uri) => {
    await churn('last', match, uri, async (names, call) => {
      for (let at = 0; at < 3; at++) expect(await call()).toBe(names.at(-1));
    });
  });

  it.each(MATCHES)('send calls to each callee in turn: %s', async (match, uri) => {
    let before: unknown;
    await churn('roundrobin', match, uri, async (names, call) => {
      // One round and a part of the next, so that changes happen at any turn.
      const called: unknown[] = [];
      for (let at = 0; at < names.length + 1; at++) called.push(await call());
      const start = names.indexOf(called[0] as string);
      expect(called).toEqual(called.map((_, at) => names[(start + at) % names.length]));
      // Continues after the previously called callee, if that is still there.
      const was = names.indexOf(before as string);
      if (was >= 0) expect(called[0]).toBe(names[(was + 1) % names.length]);
      before = called.at(-1);
    });
  });

  it.each(MATCHES)('send calls to a random callee: %s', async (match, uri) => {
    await churn('random', match, uri, async (names, call) => {
      for (let at = 0; at < 5; at++) expect(names).toContain(await call());
    });
  });

  it('leave no caller without a result or an error, whichever callee leaves with open calls', async () => {
    const caller = await session();
    const callees: Session[] = [];
    for (let at = 0; at < 4; at++) {
      const joined = await session(CAPABLE);
      // Callees with odd numbers never respond: they leave with their calls open.
      await joined.register('com.shared.a', { invoke: 'roundrobin' }, () =>
        at % 2 === 0 ? Promise.resolve({ kind: 'result', payload: {} }) : new Promise(() => {}),
      );
      callees.push(joined);
    }
    const outcomes = Array.from({ length: 40 }, () =>
      caller.call('com.shared.a', {}).then(
        () => 'result',
        ({ uri }: { uri: string }) => uri,
      ),
    );
    // Sent after the calls, so that all of them have been routed.
    await caller.call('wamp.session.count', {});
    for (const gone of [callees[1], callees[3]]) await gone?.leave();
    const count = (what: string, all: readonly string[]) => all.filter((outcome) => outcome === what).length;
    const all = await Promise.all(outcomes);
    expect([count('result', all), count('wamp.error.canceled', all)]).toEqual([20, 20]);
  });
});

import { describe, expect, it } from 'vitest';
import { createTurns } from '../../turns.js';
import type { Verdict } from '../access/authorizer.js';
import type { Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import type { Registrations } from '../rpc/registrations.js';
import { reflectionProcedures } from './reflection-procedures.js';

const LIST = 'wamp.reflection.procedure.list';
const URIS = Array.from({ length: 40 }, (_, index) => `com.p${index}`);

/** The list of a realm in which the clock advances a millisecond with each reading. */
function listing(may: (uri: string) => Verdict | Promise<Verdict>, maxListLength = 1000) {
  let now = 0;
  const turns = createTurns({ monotonic: () => now++ });
  const session = { trusted: false, gone: false } as { trusted: boolean; gone: boolean };
  /** The number of the turn in which the session's right to call each procedure was checked. */
  const asked: number[] = [];
  const authorizer = {
    may(_: unknown, __: unknown, uri: string) {
      asked.push(turns.number);
      return may(uri);
    },
  };
  const { [LIST]: list } = reflectionProcedures(
    { all: () => URIS.map((uri) => ({ uri, match: 'exact' })) } as unknown as Registrations,
    {
      realm: 'com.example',
      rules: { authorizer, routerOnly: new Set() },
      limits: { maxListLength },
      turns,
    } as unknown as RealmContext,
  );
  return {
    session,
    asked,
    turns,
    list: () => list?.({ session: session as unknown as Session, args: [], kwargs: {} }),
  };
}

describe('the list of procedures', () => {
  it('takes several turns of the event loop, and others work in between', async () => {
    const { list, asked, turns } = listing(() => true);
    const others: number[] = [];
    turns.add(() => {
      others.push(asked.length);
      return others.length === 3;
    });
    expect(await list()).toEqual(URIS);
    const turnsUsed = [...new Set(asked)];
    expect(turnsUsed.length).toBeGreaterThan(3);
    const most = Math.max(...turnsUsed.map((turn) => asked.filter((each) => each === turn).length));
    expect(most).toBeLessThan(10);
    expect(others.every((count) => count < URIS.length)).toBe(true);
  });

  it('waits for verdicts, and leaves out what the session may not call', async () => {
    const { list } = listing((uri) => (uri.endsWith('7') ? Promise.resolve(false) : uri !== 'com.p0'));
    expect(await list()).toEqual(URIS.filter((uri) => !uri.endsWith('7') && uri !== 'com.p0'));
  });

  it('ends when the session leaves', async () => {
    const { list, session, asked } = listing((uri) => {
      if (uri === 'com.p20') session.gone = true;
      return true;
    });
    await list();
    expect(asked).toHaveLength(21);
  });

  it('has at most as many procedures as the limit says', async () => {
    const { list, asked } = listing(() => true, 5);
    expect(await list()).toEqual(URIS.slice(0, 5));
    expect(asked).toHaveLength(5);
  });
});

import { describe, expect, it } from 'vitest';
import {
  createScriptedRouter,
  friendlyReplies,
  procedure,
  registerError,
  type ScriptedRouter,
} from '../../test/support/scripted-router.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import type { AttachedProcedure } from './registrations.js';

const TAKEN = 'wamp.error.procedure_already_exists';

async function attached(procedures: readonly AttachedProcedure[]): Promise<ScriptedRouter> {
  const router = createScriptedRouter({ procedures });
  router.link.start();
  await router.settle();
  return router;
}

/** What the gateway sent since the last call, in short. */
function createWatch({ ends }: ScriptedRouter) {
  const [end] = ends;
  const ids = new Map<number, string>();
  let seen = 0;
  const inShort = (message: Message): string => {
    if (message.type === MESSAGE.REGISTER) return `register ${message.procedure}`;
    if (message.type === MESSAGE.UNREGISTER) return `unregister ${ids.get(message.registration)}`;
    return 'other';
  };
  return {
    ids,
    sent() {
      const fresh = end?.received.slice(seen) ?? [];
      seen += fresh.length;
      return fresh.map(inShort);
    },
  };
}

/** A router that remembers which registration has which procedure. */
async function watched(procedures: readonly AttachedProcedure[]) {
  const router = createScriptedRouter({ procedures });
  let ids = new Map<number, string>();
  router.script = (message) => {
    const replies = friendlyReplies(message);
    const [reply] = replies;
    if (message.type === MESSAGE.REGISTER && reply?.type === MESSAGE.REGISTERED)
      ids.set(reply.registration, message.procedure);
    return replies;
  };
  const early = ids;
  router.link.start();
  await router.settle();
  const watch = createWatch(router);
  for (const [id, uri] of early) watch.ids.set(id, uri);
  ids = watch.ids;
  watch.sent();
  return { router, link: router.link, sent: watch.sent, ids };
}

const registrationOf = (ids: ReadonlyMap<number, string>, uri: string) =>
  [...ids].filter(([, each]) => each === uri).at(-1)?.[0] ?? 0;

describe('changed procedures', () => {
  it('register new ones first, then unregister removed ones', async () => {
    const { link, sent } = await watched([procedure('com.a'), procedure('com.b')]);
    await link.update([procedure('com.b'), procedure('com.c')]);
    expect(sent()).toEqual(['register com.c', 'unregister com.a']);
    expect([link.isServing, link.status().procedures.map(({ uri }) => uri)]).toEqual([
      true,
      ['com.b', 'com.c'],
    ]);
  });

  it('get their new handler without a message to the router', async () => {
    const { router, link, sent, ids } = await watched([procedure('com.a')]);
    const calls: string[] = [];
    const handler: AttachedProcedure['handler'] = async () => {
      calls.push('new');
      return { kind: 'result', payload: {} };
    };
    await link.update([procedure('com.a', { handler })]);
    expect(sent()).toEqual([]);
    router.ends[0]?.send({
      type: MESSAGE.INVOCATION,
      request: 1,
      registration: registrationOf(ids, 'com.a'),
      details: {},
      payload: {},
    });
    await router.settle();
    expect(calls).toEqual(['new']);
  });

  it.each([
    ['policy', { policy: 'first' }],
    ['concurrency', { concurrency: 5 }],
    ['disclosure', { usesCaller: true }],
  ] as const)('are registered again if their %s changes, directly after UNREGISTER', async (_what, more) => {
    const { router, link, sent } = await watched([procedure('com.a'), procedure('com.b')]);
    await link.update([procedure('com.a', more), procedure('com.b')]);
    await router.settle();
    expect(sent()).toEqual(['unregister com.a', 'register com.a']);
    expect(link.isServing).toBe(true);
    expect(link.status().procedures).toMatchObject([{ kind: 'registered' }, { kind: 'registered' }]);
  });

  it('count for the next session if there is none now', async () => {
    const router = createScriptedRouter({ procedures: [procedure('com.a')] });
    router.refuse = () => {
      throw new Error('refused');
    };
    router.link.start();
    await router.settle();
    await router.link.update([procedure('com.b')]);
    router.refuse = () => {};
    await router.advance(60_000);
    expect(router.link.status()).toMatchObject({ state: 'serving', procedures: [{ uri: 'com.b' }] });
  });

  it('stay registered if a later change wants them back in time', async () => {
    const { router, link, sent } = await watched([procedure('com.a')]);
    const replies = router.script;
    const held: Message[] = [];
    router.script = (message, end) => {
      if (message.type !== MESSAGE.REGISTER) return replies(message, end);
      held.push(message);
      return [];
    };
    const first = link.update([procedure('com.b')]);
    const second = link.update([procedure('com.a'), procedure('com.b')]);
    for (const message of held) for (const reply of friendlyReplies(message)) router.ends[0]?.send(reply);
    await Promise.all([first, second]);
    expect(sent()).toEqual(['register com.b']);
    expect(link.isServing).toBe(true);
  });

  it('resolve although the session is lost', async () => {
    const router = await attached([procedure('com.a')]);
    router.script = (message) => (message.type === MESSAGE.REGISTER ? [] : undefined);
    const updating = router.link.update([procedure('com.b')]);
    await router.settle();
    router.ends[0]?.close();
    await updating;
  });

  it('try a refused one again at once if its options change', async () => {
    const router = createScriptedRouter({ procedures: [procedure('com.a', { policy: 'single' })] });
    router.script = (message) =>
      message.type === MESSAGE.REGISTER && message.options['invoke'] === 'single'
        ? [registerError(message.request, TAKEN)]
        : undefined;
    router.link.start();
    await router.settle();
    await router.link.update([procedure('com.a')]);
    await router.settle();
    expect(router.link.isServing).toBe(true);
    expect(router.clock.pending).toBe(0);
  });

  it('try refused ones again at once if they are told to', async () => {
    let isTaken = true;
    const router = createScriptedRouter({ procedures: [procedure('com.a')] });
    router.script = (message) =>
      message.type === MESSAGE.REGISTER && isTaken ? [registerError(message.request, TAKEN)] : undefined;
    router.link.start();
    await router.settle();
    isTaken = false;
    router.link.retryRefused();
    await router.settle();
    expect([router.link.isServing, router.clock.pending]).toEqual([true, 0]);
  });

  it('never keep a procedure that was removed before the router answered', async () => {
    const router = await attached([procedure('com.a')]);
    const held: Message[] = [];
    router.script = (message) => {
      if (message.type !== MESSAGE.REGISTER) return undefined;
      held.push(message);
      return [];
    };
    const first = router.link.update([procedure('com.a'), procedure('com.b')]);
    await router.settle();
    void router.link.update([procedure('com.a')]);
    router.script = () => undefined;
    for (const message of held) for (const reply of friendlyReplies(message)) router.ends[0]?.send(reply);
    await first;
    await router.settle();
    expect(router.ends[0]?.received.map(({ type }) => type).slice(-2)).toEqual([
      MESSAGE.REGISTER,
      MESSAGE.UNREGISTER,
    ]);
    expect(router.link.isServing).toBe(true);
  });
});

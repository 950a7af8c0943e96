import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InvocationOutcome } from '../../src/wamp/client/invocations.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import {
  createScriptedRouter,
  friendlyReplies,
  procedure,
  type RouterEnd,
  registerError,
  type ScriptedRouter,
} from '../support/scripted-router.js';
import { IS_THOROUGH } from '../support/thoroughness.js';

/** What happens to a link. Numbers choose among what waits at that moment. */
type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'close' | 'goodbye' | 'abort' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'answer' | 'refuse' | 'lose' | 'revoke' | 'call' | 'finish'; readonly choice: number };

const choice = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('answer' as const), choice }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 15_000 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('refuse', 'lose', 'revoke', 'call', 'finish'), choice }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('close', 'goodbye', 'abort') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const) }) },
);

/** Sequences of events. */
const RUNS = Number(process.env['LINK_RUNS'] ?? (IS_THOROUGH ? 500 : 60));

const ERRORS = [
  'wamp.error.procedure_already_exists',
  'wamp.error.not_authorized',
  'wamp.error.option_disallowed.disclose_me',
];
const URIS = ['com.a', 'com.b', 'com.c'];

/** The router's books for one connection, and the rules that the link must keep. */
interface Books {
  readonly end: RouterEnd;
  /** Requests without an answer, in the order of their arrival. */
  readonly waiting: Message[];
  /** Registrations by ID. */
  readonly registered: Map<number, string>;
  /** Invocations without an answer. */
  readonly invoked: Set<number>;
  lastId: number;
}

/** Plays the router. Collects every rule that the link breaks. */
function playRouter() {
  const broken: string[] = [];
  const books: Books[] = [];
  const running: ((outcome: InvocationOutcome) => void)[] = [];
  const handler = () => new Promise<InvocationOutcome>((resolve) => void running.push(resolve));
  const router: ScriptedRouter = createScriptedRouter({
    procedures: URIS.map((uri) => procedure(uri, { handler, usesCaller: uri === 'com.c' })),
  });
  const booksOf = (end: RouterEnd): Books => {
    const known = books.find((each) => each.end === end);
    if (known !== undefined) return known;
    const created = { end, waiting: [], registered: new Map(), invoked: new Set<number>(), lastId: 0 };
    books.push(created);
    return created;
  };
  router.script = (message, end) => {
    const own = booksOf(end);
    if (message.type === MESSAGE.REGISTER) {
      const uri = message.procedure;
      const isWaiting = own.waiting.some((each) => each.type === MESSAGE.REGISTER && each.procedure === uri);
      if (isWaiting || [...own.registered.values()].includes(uri)) broken.push(`REGISTER of ${uri} twice`);
    }
    if (message.type === MESSAGE.YIELD || message.type === MESSAGE.ERROR) {
      if (!own.invoked.delete(message.request)) broken.push(`invocation ${message.request} answered twice`);
      return [];
    }
    own.waiting.push(message);
    return [];
  };
  return { router, books, broken, running, drains: [] as Promise<void>[] };
}

type Play = ReturnType<typeof playRouter>;

function answer({ end, waiting, registered }: Books, index: number): void {
  const [message] = waiting.splice(index % Math.max(waiting.length, 1), 1);
  if (message === undefined) return;
  for (const reply of friendlyReplies(message)) {
    if (reply.type === MESSAGE.REGISTERED && message.type === MESSAGE.REGISTER)
      registered.set(reply.registration, message.procedure);
    if (message.type === MESSAGE.UNREGISTER) registered.delete(message.registration);
    end.send(reply);
  }
}

function refuse({ end, waiting }: Books, index: number): void {
  const at = waiting.findIndex(({ type }) => type === MESSAGE.REGISTER);
  if (at < 0) return;
  const [message] = waiting.splice(at, 1);
  if (message?.type === MESSAGE.REGISTER)
    end.send(registerError(message.request, ERRORS[index % ERRORS.length] as string));
}

function revoke({ end, registered }: Books, index: number): void {
  const [registration] = [...registered.keys()].slice(index % Math.max(registered.size, 1));
  if (registration === undefined) return;
  registered.delete(registration);
  end.send({ type: MESSAGE.UNREGISTERED, request: 0, details: { registration } });
}

function invoke(own: Books, index: number): void {
  const [registration] = [...own.registered.keys()].slice(index % Math.max(own.registered.size, 1));
  if (registration === undefined) return;
  const request = ++own.lastId;
  own.invoked.add(request);
  own.end.send({ type: MESSAGE.INVOCATION, request, registration, details: {}, payload: {} });
}

const CLOSES = {
  goodbye: { type: MESSAGE.GOODBYE, details: {}, reason: 'wamp.close.system_shutdown' },
  abort: { type: MESSAGE.ABORT, details: {}, reason: 'wamp.error.protocol_violation' },
} as const;

async function happen({ router, books, running, drains }: Play, now: Step): Promise<void> {
  const own = books.at(-1);
  if (now.kind === 'wait') await router.advance(now.ms);
  else if (now.kind === 'drain') drains.push(router.link.drain());
  else if (now.kind === 'finish')
    running.splice(now.choice % Math.max(running.length, 1), 1)[0]?.({ kind: 'result', payload: {} });
  else if (own === undefined || own.end.isClosed) return;
  else if (now.kind === 'close') own.end.close();
  else if (now.kind === 'goodbye' || now.kind === 'abort') own.end.send(CLOSES[now.kind]);
  else if (now.kind === 'answer') answer(own, now.choice);
  else if (now.kind === 'refuse') refuse(own, now.choice);
  else if (now.kind === 'lose') own.waiting.splice(now.choice % Math.max(own.waiting.length, 1), 1);
  else if (now.kind === 'revoke') revoke(own, now.choice);
  else if (now.kind === 'call') invoke(own, now.choice);
  await router.settle();
}

/** Answers everything and ends every call, until the link has stopped. */
async function finishAll({ router, books, running }: Play): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const own = books.at(-1);
    while (own !== undefined && own.waiting.length > 0) answer(own, 0);
    // A drain waits for running calls, even if their session is lost meanwhile.
    for (const end of running.splice(0)) end({ kind: 'result', payload: {} });
    if (router.link.status().state === 'stopped') return;
    await router.advance(1000);
  }
}

describe('a link to a router, whatever happens', () => {
  it('never registers a procedure twice on a session, answers each call at most once, and ends when drained', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const play = playRouter();
        play.router.link.start();
        await play.router.settle();
        for (const now of steps) await happen(play, now);
        await happen(play, { kind: 'drain' });
        await finishAll(play);
        await Promise.all(play.drains);
        expect(play.broken).toEqual([]);
        expect(play.router.link.status().state).toBe('stopped');
        expect(play.router.clock.pending).toBe(0);
        expect(play.router.ends.every(({ isClosed }) => isClosed)).toBe(true);
      }),
      { numRuns: RUNS, timeout: 10_000 },
    );
  }, 120_000);

  it('registers every procedure when the router is friendly in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const play = playRouter();
        play.router.link.start();
        await play.router.settle();
        for (const now of steps) if (now.kind !== 'drain') await happen(play, now);
        for (let turn = 0; turn < 200 && !play.router.link.isServing; turn++) {
          const own = play.books.at(-1);
          while (own !== undefined && !own.end.isClosed && own.waiting.length > 0) answer(own, 0);
          await play.router.advance(1000);
        }
        expect(play.router.link.isServing).toBe(true);
        expect([...(play.books.at(-1)?.registered.values() ?? [])].sort()).toEqual(URIS);
        play.router.link.stop();
        expect(play.router.clock.pending).toBe(0);
      }),
      { numRuns: RUNS, timeout: 10_000 },
    );
  }, 120_000);
});

import { expect } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ask, join, type LimitCase, outcome, slowProcedure, TOO_MANY, untilAnswered } from './limit-case.js';

const ANY = expect.anything();

/** Limits of calls. */
export const CALL_CASES: readonly LimitCase[] = [
  {
    keys: ['wamp.max_pending_calls'],
    lines: ['wamp.max_pending_calls = 2'],
    limited: [[MESSAGE.ERROR, MESSAGE.CALL, 3, {}, TOO_MANY, ANY]],
    otherwise: [],
    async exceed(urls) {
      await slowProcedure(urls);
      const client = await join(urls);
      for (const request of [1, 2]) client.send([MESSAGE.CALL, request, {}, 'com.slow']);
      client.send([MESSAGE.CALL, 3, {}, 'com.slow']);
      // The question to the authorizer is one more call.
      client.send([MESSAGE.PUBLISH, 4, { acknowledge: true }, 'com.t']);
      const came: (readonly unknown[])[] = [];
      for (let next = await client.next(); next[0] !== MESSAGE.PUBLISHED; next = await client.next())
        came.push(next);
      return came;
    },
  },
  ...[
    ['wamp.max_pending_calls_per_realm', '2'],
    ['wamp.max_pending_call_bytes_per_realm', '3KB'],
  ].map(
    ([key, max]): LimitCase => ({
      keys: [key as string],
      lines: [`${key} = ${max}`],
      limited: [
        [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, TOO_MANY, [expect.stringContaining(key as string)]],
        'ok',
      ],
      otherwise: [undefined, 'ok'],
      async exceed(urls) {
        const callee = await join(urls);
        expect(await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.slow')).toBe('ok');
        const callers = [await join(urls), await join(urls), await join(urls), await join(urls)] as const;
        const invocations: unknown[] = [];
        for (const caller of callers.slice(0, 2)) {
          caller.send([MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow']);
          invocations.push((await callee.next())[1]);
        }
        callers[2].send([MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow']);
        const refused = (await untilAnswered(callers[2]))[0];
        // A call that got its response makes room, and so does a caller that has left.
        callee.send([MESSAGE.YIELD, invocations[0], {}]);
        await callers[0].next();
        callers[1].send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
        await callers[1].next();
        callers[3].send([MESSAGE.CALL, 1, {}, 'com.slow']);
        if (refused === undefined) await callee.next();
        return [refused, outcome(await callee.next())];
      },
    }),
  ),
  {
    keys: ['wamp.call_timeout'],
    lines: ['wamp.call_timeout = 50ms'],
    limited: 'wamp.error.timeout',
    async exceed(urls) {
      await slowProcedure(urls);
      return ask(await join(urls), MESSAGE.CALL, 1, {}, 'com.slow');
    },
  },
  {
    keys: ['wamp.max_call_timeout'],
    lines: ['wamp.max_call_timeout = 50ms'],
    limited: 'wamp.error.timeout',
    async exceed(urls) {
      await slowProcedure(urls);
      return ask(await join(urls), MESSAGE.CALL, 1, { timeout: 3_600_000 }, 'com.slow');
    },
  },
];

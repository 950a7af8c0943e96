import { expect } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import type { RawClient } from '../raw-client.js';
import { ask, join, type LimitCase, TOO_MANY, type Urls, untilAnswered } from './limit-case.js';

/** IDs of all registrations or subscriptions, from the meta API. */
async function entries(client: RawClient, what: string): Promise<readonly unknown[]> {
  client.send([MESSAGE.CALL, 998, {}, `wamp.${what}.list`]);
  const [, , , [lists]] = (await client.next()) as [number, number, object, [Record<string, number[]>]];
  return Object.values(lists).flat();
}

async function retains(urls: Urls): Promise<number> {
  const [publisher, subscriber] = [await join(urls), await join(urls)];
  for (const [request, topic] of [
    [1, 'com.a'],
    [2, 'com.b'],
  ]) {
    const options = { retain: true, acknowledge: true };
    expect(await ask(publisher, MESSAGE.PUBLISH, request, options, topic, ['x'.repeat(600)])).toBe('ok');
  }
  await ask(subscriber, MESSAGE.SUBSCRIBE, 1, { match: 'prefix', get_retained: true }, 'com.');
  return (await untilAnswered(subscriber)).length;
}

/** How many of three subscriptions are listed. */
async function lists(urls: Urls): Promise<number> {
  const client = await join(urls);
  for (const topic of ['com.a', 'com.b', 'com.c']) await ask(client, MESSAGE.SUBSCRIBE, 1, {}, topic);
  client.send([MESSAGE.CALL, 2, {}, 'wamp.subscription.list']);
  const [, , , [{ exact }]] = (await client.next()) as [number, number, object, [{ exact: number[] }]];
  return exact.length;
}

/** Limits of registrations, subscriptions, retained events and testaments. */
export const ENTRY_CASES: readonly LimitCase[] = [
  {
    keys: ['wamp.max_registrations'],
    lines: ['wamp.max_registrations = 2'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      for (const request of [1, 2])
        expect(await ask(client, MESSAGE.REGISTER, request, {}, `com.p${request}`)).toBe('ok');
      return ask(client, MESSAGE.REGISTER, 3, {}, 'com.p3');
    },
  },
  {
    keys: ['wamp.max_subscriptions'],
    lines: ['wamp.max_subscriptions = 2'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      // A second subscription to the same topic does not count.
      for (const [request, topic] of [
        [1, 'com.a'],
        [2, 'com.b'],
        [3, 'com.b'],
      ])
        expect(await ask(client, MESSAGE.SUBSCRIBE, request, {}, topic)).toBe('ok');
      return ask(client, MESSAGE.SUBSCRIBE, 4, {}, 'com.c');
    },
  },
  ...(
    [
      ['registration', MESSAGE.REGISTER],
      ['subscription', MESSAGE.SUBSCRIBE],
    ] as const
  ).flatMap(([what, type]): LimitCase[] => [
    {
      keys: [`wamp.max_${what}_bytes`],
      lines: [`wamp.max_${what}_bytes = 2KB`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        const client = await join(urls);
        expect(await ask(client, type, 1, {}, `com.${'a'.repeat(1200)}`)).toBe('ok');
        // An entry that was removed does not count any more.
        expect(await ask(client, type + 2, 2, (await entries(client, what))[0])).toBe('ok');
        expect(await ask(client, type, 3, {}, `com.${'a'.repeat(1200)}`)).toBe('ok');
        return ask(client, type, 4, {}, 'com.b');
      },
    },
    {
      keys: [`wamp.max_${what}s_per_realm`],
      lines: [`wamp.max_${what}s_per_realm = 2`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        for (const topic of ['com.a', 'com.b'])
          expect(await ask(await join(urls), type, 1, {}, topic)).toBe('ok');
        return ask(await join(urls), type, 1, {}, 'com.c');
      },
    },
    {
      keys: [`wamp.max_${what}_bytes_per_realm`],
      lines: [`wamp.max_${what}_bytes_per_realm = 3KB`],
      limited: TOO_MANY,
      otherwise: 'ok',
      async exceed(urls) {
        const options = { match: 'prefix', ...(type === MESSAGE.REGISTER && { invoke: 'random' }) };
        const uri = `com.${'a'.repeat(2000)}`;
        const first = await join(urls);
        expect(await ask(first, type, 1, options, uri)).toBe('ok');
        const second = await join(urls);
        expect(await ask(second, type, 1, options, uri)).toBe('ok');
        // It counted for the first session; from now on it counts for the session that still has
        // it.
        first.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
        await first.next();
        return ask(await join(urls), type, 1, {}, `com.${'b'.repeat(1000)}`);
      },
    },
  ]),
  {
    keys: ['wamp.max_wildcard_shapes'],
    lines: ['wamp.max_wildcard_shapes = 2'],
    limited: ['ok', 'ok', 'ok', TOO_MANY, 'ok', 'ok', 'ok', TOO_MANY],
    otherwise: ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'],
    async exceed(urls) {
      const client = await join(urls);
      const outcomes: unknown[] = [];
      for (const type of [MESSAGE.SUBSCRIBE, MESSAGE.REGISTER])
        for (const uri of ['com..a', 'com..b', '.b.c', '..b.c'])
          outcomes.push(await ask(client, type, outcomes.length + 1, { match: 'wildcard' }, uri));
      return outcomes;
    },
  },
  {
    keys: ['wamp.max_retained_events'],
    lines: ['wamp.max_retained_events = 1'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_retained_sent'],
    lines: ['wamp.max_retained_sent = 1'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_list_length'],
    lines: ['wamp.max_list_length = 1'],
    limited: 1,
    otherwise: 3,
    exceed: lists,
  },
  {
    keys: ['wamp.max_retained_bytes'],
    lines: ['wamp.max_retained_bytes = 1500'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_retained_bytes_per_session'],
    lines: ['wamp.max_retained_bytes_per_session = 1500'],
    limited: 1,
    otherwise: 2,
    exceed: retains,
  },
  {
    keys: ['wamp.max_testaments'],
    lines: ['wamp.max_testaments = 1'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const client = await join(urls);
      expect(await ask(client, MESSAGE.CALL, 1, {}, 'wamp.session.add_testament', ['com.t', [], {}])).toBe(
        'ok',
      );
      return ask(client, MESSAGE.CALL, 2, {}, 'wamp.session.add_testament', ['com.t', [], {}]);
    },
  },
  {
    keys: ['wamp.max_testament_bytes'],
    lines: ['wamp.max_testament_bytes = 1KB'],
    limited: TOO_MANY,
    otherwise: 'ok',
    async exceed(urls) {
      const testament = ['com.t', ['x'.repeat(2000)], {}];
      return ask(await join(urls), MESSAGE.CALL, 1, {}, 'wamp.session.add_testament', testament);
    },
  },
  ...[
    ['wamp.max_testaments_per_realm', '1'],
    ['wamp.max_testament_bytes_per_realm', '3KB'],
  ].map(
    ([key, max]): LimitCase => ({
      keys: [key as string],
      lines: [`${key} = ${max}`],
      limited: [TOO_MANY, 'ok'],
      otherwise: ['ok', 'ok'],
      async exceed(urls) {
        const [first, second] = [await join(urls), await join(urls)];
        const leave = (client: RawClient, request: number) =>
          ask(client, MESSAGE.CALL, request, {}, 'wamp.session.add_testament', [
            'com.t',
            ['x'.repeat(1500)],
            {},
          ]);
        expect(await leave(first, 1)).toBe('ok');
        const outcome = await leave(second, 1);
        expect(await ask(first, MESSAGE.CALL, 2, {}, 'wamp.session.flush_testaments')).toBe('ok');
        return [outcome, await leave(second, 2)];
      },
    }),
  ),
];

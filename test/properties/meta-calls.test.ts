import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRouter, type Router } from '../../src/router/router.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import { LIMITS } from '../support/limits.js';
import { ALL_ROLES, attachRaw, hello, type RawClient } from '../support/raw-client.js';
import { kwargs, payloadValue } from './payload-values.js';

const PROCEDURES = [
  ...[
    'count',
    'list',
    'get',
    'kill',
    'kill_by_authid',
    'kill_by_authrole',
    'add_testament',
    'flush_testaments',
  ].map((name) => `wamp.session.${name}`),
  ...['registration', 'subscription'].flatMap((of) =>
    ['list', 'lookup', 'match', 'get'].map((name) => `wamp.${of}.${name}`),
  ),
  'wamp.registration.list_callees',
  'wamp.registration.count_callees',
  'wamp.subscription.list_subscribers',
  'wamp.subscription.count_subscribers',
];
/** The only errors that they may return. */
const URIS = [
  'invalid_argument',
  'invalid_uri',
  'no_such_session',
  'no_such_registration',
  'no_such_subscription',
  'not_authorized',
].map((name) => `wamp.error.${name}`);

const value = payloadValue({ huge: true, bytes: true });
/** Arguments that are nearly valid, and others that are not. */
const argument = fc.oneof(
  value,
  fc.constantFrom(1, 2, 3, 'com.a', 'com.', '', 'staff', ['staff'], [], {}),
  fc.record({ match: fc.oneof(value, fc.constantFrom('exact', 'prefix', 'wildcard')) }),
);
const named = fc.oneof(
  kwargs(value),
  fc.record(
    {
      scope: fc.oneof(value, fc.constantFrom('detached', 'destroyed')),
      publish_options: fc.oneof(value, fc.record({ eligible: argument, retain: value, ppt_scheme: value })),
      reason: fc.oneof(value, fc.constant('com.example.reason')),
      message: value,
    },
    { requiredKeys: [] },
  ),
);

it('every call of a meta procedure gets one response, whatever its arguments, and affects no other session', async () => {
  const faults: unknown[] = [];
  const router = createRouter({
    realms: ['realm1'],
    limits: { ...LIMITS, maxTestaments: 100_000, maxTestamentBytes: 1e9 },
    allowAnonymous: true,
    // Everything is granted, including killing sessions.
    rules: () => ({ authorizer: { may: () => true } }),
    agent: 'test',
    log: { debug() {}, info() {}, warn() {}, error: (record) => void faults.push(record) },
  });
  const [asker, bystander] = [await join(router), await join(router)];
  await ask(bystander, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
  await ask(bystander, MESSAGE.REGISTER, 2, { match: 'prefix' }, 'com.');
  await ask(bystander, MESSAGE.SUBSCRIBE, 3, {}, 'com.a');
  let request = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PROCEDURES),
      fc.array(argument, { maxLength: 4 }),
      named,
      async (procedure, args, kwargs) => {
        const answer = await ask(asker, MESSAGE.CALL, ++request, {}, procedure, args, kwargs);
        if (answer[0] === MESSAGE.RESULT) {
          expect(answer.slice(1, 3)).toEqual([request, {}]);
        } else {
          expect(answer.slice(0, 4)).toEqual([MESSAGE.ERROR, MESSAGE.CALL, request, {}]);
          expect(URIS).toContain(answer[4]);
        }
        expect([asker.unread, bystander.unread]).toEqual([0, 0]);
      },
    ),
    { numRuns: 2000 },
  );
  expect(faults).toEqual([]);
  expect(router.counts()).toMatchObject({ sessions: 2, registrations: 2, subscriptions: 1 });
  for (const client of [asker, bystander]) client.close();
  expect(router.counts().connections).toBe(0);
});

async function join(router: Router): Promise<RawClient> {
  const client = attachRaw(router.attach);
  expect((await hello(client, 'realm1', { roles: ALL_ROLES }))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

async function ask(client: RawClient, ...message: unknown[]): Promise<readonly unknown[]> {
  client.send(message);
  return client.next();
}

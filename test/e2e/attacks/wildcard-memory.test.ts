import { afterEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedGateway,
  nextRequest,
  procedureLines,
  startAttacked,
} from '../../support/attacked-gateway.js';
import type { RawClient } from '../../support/raw-client.js';
import { ATTACK_MATRIX } from '../../support/transport-matrix.js';

const LINES = ['+base_url = http://127.0.0.1:9', '+liveness.enabled = off', ...procedureLines('get', {})];

let gateway: AttackedGateway;
afterEach(() => gateway.close());

/** Sends all requests at once. Returns how many succeeded, and the error messages of the others. */
async function fill(client: RawClient, requests: readonly (readonly unknown[])[]) {
  for (const [type, ...rest] of requests) client.send([type, nextRequest(client), ...rest]);
  const sentences = new Set<unknown>();
  let granted = 0;
  for (const _ of requests) {
    const answer = await client.next();
    if (answer[0] === MESSAGE.ERROR) sentences.add((answer[5] as unknown[])[0]);
    else granted++;
  }
  return { granted, sentences: [...sentences].join() };
}

const WILDCARD = { match: 'wildcard' };
const number = (count: number) => Array.from({ length: count }, (_, at) => at);

/** What requests fill, its limit, and request number `at` of a session. */
const FILLINGS = [
  [
    'wildcard subscriptions',
    'wamp.max_subscription_bytes',
    (who: number, at: number) => [MESSAGE.SUBSCRIBE, WILDCARD, `s${who}.n${at}.${'a.'.repeat(29)}`],
  ],
  [
    'wildcard registrations',
    'wamp.max_registration_bytes',
    (who: number, at: number) => [MESSAGE.REGISTER, WILDCARD, `s${who}.n${at}.${'a.'.repeat(29)}`],
  ],
  [
    'prefixes of the longest URIs',
    'wamp.max_subscription_bytes',
    (who: number, at: number) => [
      MESSAGE.SUBSCRIBE,
      { match: 'prefix' },
      `s${who}.n${at}.${'ł'.repeat(300)}`,
    ],
  ],
  [
    'testaments',
    'wamp.max_testament_bytes',
    (_who: number, at: number) => [
      MESSAGE.CALL,
      {},
      'wamp.session.add_testament',
      [`com.n${at}`, [{}, [], {}, []], {}],
    ],
  ],
] as const;

describe.each(ATTACK_MATRIX.map((transport, index) => [transport.name, transport, FILLINGS[index]] as const))(
  'A realm that clients fill, %s',
  (_name, transport, filling) => {
    const [what, key, request] = filling as (typeof FILLINGS)[number];

    it(`holds ${what} only up to its limits in bytes for one session and for all, and serves other sessions`, async () => {
      gateway = await startAttacked([...LINES, `${key} = 32KB`, `${key}_per_realm = 80KB`]);
      const [first, second, third, witness] = [
        await gateway.join(transport),
        await gateway.join(transport),
        await gateway.join(transport),
        await gateway.join(transport),
      ];
      const max = { granted: 0 };
      for (const [who, client] of [first, second].entries()) {
        const { granted, sentences } = await fill(
          client,
          number(90).map((at) => request(who, at)),
        );
        expect(granted).toBeGreaterThan(10);
        // Each takes at least half a kilobyte.
        expect(granted).toBeLessThanOrEqual(64);
        expect(sentences).toContain(`(${key})`);
        max.granted = granted;
      }
      const last = await fill(
        third,
        number(90).map((at) => request(2, at)),
      );
      expect(last.granted).toBeLessThan(max.granted);
      expect(last.sentences).toContain(`(${key}_per_realm)`);
      // A client that leaves makes room; the others were not affected.
      first.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect((await first.next())[0]).toBe(MESSAGE.GOODBYE);
      expect((await fill(witness, [request(3, 0)])).granted).toBe(1);
      expect((await fill(witness, [[MESSAGE.CALL, {}, 'wamp.session.count']])).granted).toBe(1);
    });
  },
);

import { afterEach, describe, expect, it, vi } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedGateway,
  nextRequest,
  procedureLines,
  startAttacked,
} from '../../support/attacked-gateway.js';
import type { RawClient } from '../../support/raw-client.js';
import { ATTACK_MATRIX, type TransportCase } from '../../support/transport-matrix.js';

const TOO_MANY = 'bondy.error.too_many_requests';

let gateway: AttackedGateway;
afterEach(async () => {
  vi.restoreAllMocks();
  await gateway.close();
});

/** A realm needs a procedure; nobody calls this one. */
const SERVICE = ['+base_url = http://127.0.0.1:9', '+liveness.enabled = off', ...procedureLines('get', {})];

/**
 * Pattern number `bits`: which of its first eleven components are open; no URI of `a` alone
 * matches.
 */
function pattern(bits: number): string {
  const components = Array.from({ length: 31 }, (_, at) => ((bits >> at) & 1 ? '' : 'a'));
  return [...components, 'z'].join('.');
}
const URI = Array.from({ length: 32 }, () => 'a').join('.');

/** Sends all requests at once, and returns the responses in order. */
async function all(client: RawClient, messages: readonly (readonly unknown[])[]) {
  for (const [type, ...rest] of messages) client.send([type, nextRequest(client), ...rest]);
  const answers: (readonly unknown[])[] = [];
  for (const _ of messages) answers.push(await client.next());
  return answers;
}

/** The number of map lookups during an action. */
async function lookUps(action: () => Promise<unknown>): Promise<number> {
  const get = vi.spyOn(Map.prototype, 'get');
  await action();
  const { length } = get.mock.calls;
  get.mockRestore();
  return length;
}

interface Search {
  /** REGISTER or SUBSCRIBE. */
  readonly fill: typeof MESSAGE.SUBSCRIBE | typeof MESSAGE.REGISTER;
  /**
   * A request without its request ID that makes the router search, and the type of the response.
   */
  readonly ask: (uri: string) => readonly unknown[];
  readonly answered: number;
}
const PUBLISH: Search = {
  fill: MESSAGE.SUBSCRIBE,
  ask: (uri) => [MESSAGE.PUBLISH, { acknowledge: true }, uri],
  answered: MESSAGE.PUBLISHED,
};
const CALL: Search = {
  fill: MESSAGE.REGISTER,
  ask: (uri) => [MESSAGE.CALL, {}, uri],
  answered: MESSAGE.ERROR,
};
const meta = (fill: Search['fill'], procedure: string): Search => ({
  fill,
  ask: (uri) => [MESSAGE.CALL, {}, procedure, [uri]],
  answered: MESSAGE.RESULT,
});
const [jsonOverWebSocket, jsonOverRawSocket, messagePack, cbor] = ATTACK_MATRIX as readonly [
  TransportCase,
  TransportCase,
  TransportCase,
  TransportCase,
];

describe('600 shapes of wildcard patterns', () => {
  it.each([
    ['PUBLISH', PUBLISH, messagePack],
    ['CALL', CALL, jsonOverWebSocket],
    ['wamp.subscription.match', meta(MESSAGE.SUBSCRIBE, 'wamp.subscription.match'), cbor],
    ['wamp.registration.match', meta(MESSAGE.REGISTER, 'wamp.registration.match'), jsonOverRawSocket],
  ] as const)('%s searches at most 256 of them', async (_, { fill, ask, answered }, transport) => {
    gateway = await startAttacked(SERVICE);
    const attacker = await gateway.join(transport);
    const answers = await all(
      attacker,
      Array.from({ length: 600 }, (_, bits) => [fill, { match: 'wildcard' }, pattern(bits)]),
    );
    const refused = answers.filter(([type]) => type === MESSAGE.ERROR);
    expect(refused).toHaveLength(600 - 256);
    expect(refused[0]?.[4]).toBe(TOO_MANY);
    expect(String(refused[0]?.[5])).toContain('wamp.max_wildcard_shapes');
    const count = await lookUps(async () => {
      expect((await all(attacker, [ask(URI)]))[0]?.[0]).toBe(answered);
    });
    expect(count).toBeGreaterThanOrEqual(256);
    expect(count).toBeLessThan(400);
  });
});

describe('2,000 prefixes, each of which begins with the one before', () => {
  it.each([
    ['PUBLISH', PUBLISH, cbor],
    ['CALL', CALL, messagePack],
  ] as const)('%s makes one lookup for each length', async (_, { fill, ask, answered }, transport) => {
    gateway = await startAttacked(SERVICE);
    const attacker = await gateway.join(transport);
    // None of them matches, but the router looks for all of them.
    const answers = await all(
      attacker,
      Array.from({ length: 2000 }, (_, at) => [fill, { match: 'prefix' }, `b${'a'.repeat(at)}`]),
    );
    expect(answers.filter(([type]) => type !== fill + 1)).toEqual([]);
    const count = await lookUps(async () => {
      expect((await all(attacker, [ask('a'.repeat(2000))]))[0]?.[0]).toBe(answered);
    });
    expect(count).toBeGreaterThanOrEqual(2000);
    expect(count).toBeLessThan(2200);
  });
});

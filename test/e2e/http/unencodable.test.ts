import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { useRouter } from '../../support/contract.js';
import { FRAMES, type Frames } from '../../support/frames.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../../support/router-host.js';
import { caseNamed } from '../../support/transport-matrix.js';

/**
 * Messages that their receiver's serializer cannot write: whoever waits for an answer gets one
 * (trap T21).
 */

const [json, msgpack, cbor] = FRAMES as [Frames, Frames, Frames];

/** Values that the sender can encode, but the receiver's format cannot. */
const VALUES: readonly (readonly [string, Frames, Frames, unknown])[] = [
  ['half a surrogate pair, JSON to MessagePack', json, msgpack, '\ud800'],
  ['half a surrogate pair, JSON to CBOR', json, cbor, ['\udc00']],
  ['half a pair in a key, JSON to CBOR', json, cbor, { '\ud800': 1 }],
  ['an integer beyond 64 bit, JSON to MessagePack', json, msgpack, 2n ** 64n],
  ['an integer beyond 64 bit, CBOR to MessagePack', cbor, msgpack, { deep: [-(2n ** 70n)] }],
];

describe.each(VALUES)('%s', (_name, from, to, value) => {
  let host: RouterHost;
  const clients: RawClient[] = [];
  beforeEach(async () => {
    host = await startRouterHost();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await untilEmpty(host);
    await host.dispose();
  });
  async function join(frames: Frames): Promise<RawClient> {
    const client = await connectRaw(host.url, frames);
    clients.push(client);
    expect((await hello(client))[0]).toBe(MESSAGE.WELCOME);
    return client;
  }
  async function ask(client: RawClient, ...message: unknown[]): Promise<readonly unknown[]> {
    client.send(message);
    return client.next();
  }
  const alive = async (client: RawClient): Promise<void> => {
    expect((await ask(client, MESSAGE.CALL, 99, {}, 'com.nowhere')).slice(0, 3)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      99,
    ]);
  };

  it('in a CALL: the caller gets an ERROR, the callee gets nothing', async () => {
    const [caller, callee] = [await join(from), await join(to)];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    const answer = await ask(caller, MESSAGE.CALL, 7, {}, 'com.a', [value]);
    expect([answer.slice(0, 3), answer[4]]).toEqual([
      [MESSAGE.ERROR, MESSAGE.CALL, 7],
      'wamp.error.invalid_argument',
    ]);
    await alive(callee);
    await alive(caller);
  });

  it('in a RESULT and in an ERROR: the caller gets an ERROR', async () => {
    const [callee, caller] = [await join(from), await join(to)];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    for (const answerTo of [
      (invocation: unknown) => [MESSAGE.YIELD, invocation, {}, [value]],
      (invocation: unknown) => [MESSAGE.ERROR, MESSAGE.INVOCATION, invocation, {}, 'com.failed', [value]],
    ]) {
      caller.send([MESSAGE.CALL, 7, {}, 'com.a']);
      const [, invocation] = await callee.next();
      callee.send(answerTo(invocation));
      const answer = await caller.next();
      expect([answer.slice(0, 3), typeof answer[4]]).toEqual([[MESSAGE.ERROR, MESSAGE.CALL, 7], 'string']);
    }
    await alive(callee);
    await alive(caller);
  });

  it('in an EVENT: only that subscriber does not get it', async () => {
    const [publisher, one, other] = [await join(from), await join(to), await join(from)];
    for (const subscriber of [one, other]) await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    expect((await ask(publisher, MESSAGE.PUBLISH, 1, { acknowledge: true }, 'com.t', [value]))[0]).toBe(
      MESSAGE.PUBLISHED,
    );
    expect((await other.next())[4]).toEqual([value]);
    await alive(one);
  });
});

describe('a URI with a lone surrogate, which only JSON can carry', () => {
  const { join, ask } = useRouter(caseNamed('WebSocket, json'));
  const uri = 'com.\ud800';

  it.each([
    ['CALL', MESSAGE.CALL, {}],
    ['PUBLISH', MESSAGE.PUBLISH, { acknowledge: true }],
    ['REGISTER', MESSAGE.REGISTER, {}],
    ['SUBSCRIBE', MESSAGE.SUBSCRIBE, {}],
    ['SUBSCRIBE', MESSAGE.SUBSCRIBE, { match: 'prefix' }],
    ['SUBSCRIBE', MESSAGE.SUBSCRIBE, { match: 'wildcard' }],
  ])(
    'is refused in %s (%i, %j), because the other serializers cannot carry it',
    async (_name, type, options) => {
      expect(await ask(await join(), type, 1, options, uri)).toEqual([
        MESSAGE.ERROR,
        type,
        1,
        {},
        'wamp.error.invalid_uri',
        [expect.any(String)],
      ]);
    },
  );
});

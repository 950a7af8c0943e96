import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const PACKING = { ppt_scheme: 'x_mine', ppt_serializer: 'cbor', ppt_cipher: 'none', ppt_keyid: 'k1' };
const PACKED = ['\0cGFja2Vk'];

describe.each(CONTRACT_MATRIX)('packed payloads over $name', (transport) => {
  const { join, ask } = useRouter(transport);

  it('pass from caller to callee and back, with their packing attributes', async () => {
    const [callee, caller] = [await join(CAPABLE), await join(CAPABLE)];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, { ...PACKING, receive_progress: true }, 'com.a', PACKED]);
    expect(await callee.next()).toEqual([
      MESSAGE.INVOCATION,
      1,
      ANY,
      { ...PACKING, receive_progress: true },
      PACKED,
    ]);
    callee.send([MESSAGE.YIELD, 1, { ...PACKING, progress: true }, PACKED]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { ...PACKING, progress: true }, PACKED]);
    callee.send([MESSAGE.YIELD, 1, PACKING, PACKED]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, PACKING, PACKED]);
    caller.send([MESSAGE.CALL, 2, PACKING, 'com.a', PACKED]);
    await callee.next();
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 2, PACKING, 'com.a.oops', PACKED]);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 2, PACKING, 'com.a.oops', PACKED]);
  });

  it('pass from publisher to subscribers, including those of patterns', async () => {
    const [subscriber, publisher] = [await join(), await join(CAPABLE)];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    await ask(subscriber, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'com.');
    publisher.send([MESSAGE.PUBLISH, 1, PACKING, 'com.t', PACKED]);
    expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, PACKING, PACKED]);
    expect(await subscriber.next()).toEqual([
      MESSAGE.EVENT,
      ANY,
      ANY,
      { ...PACKING, topic: 'com.t' },
      PACKED,
    ]);
  });

  it('end the call if the callee or the caller does not accept them', async () => {
    const [plain, capable, caller, simple] = [
      await join(),
      await join(CAPABLE),
      await join(CAPABLE),
      await join(),
    ];
    const refused = (request: number) => [
      MESSAGE.ERROR,
      MESSAGE.CALL,
      request,
      {},
      'wamp.error.feature_not_supported',
      [ANY],
    ];
    await ask(plain, MESSAGE.REGISTER, 1, {}, 'com.plain');
    await ask(capable, MESSAGE.REGISTER, 1, {}, 'com.capable');
    expect(await ask(caller, MESSAGE.CALL, 1, PACKING, 'com.plain', PACKED)).toEqual(refused(1));
    simple.send([MESSAGE.CALL, 1, {}, 'com.capable']);
    await capable.next();
    capable.send([MESSAGE.YIELD, 1, PACKING, PACKED]);
    expect(await simple.next()).toEqual(refused(1));
    // For a progressive result, the callee gets an INTERRUPT.
    simple.send([MESSAGE.CALL, 2, { receive_progress: true }, 'com.capable']);
    await capable.next();
    capable.send([MESSAGE.YIELD, 2, { ...PACKING, progress: true }, PACKED]);
    expect(await simple.next()).toEqual(refused(2));
    expect(await capable.next()).toStartWith([MESSAGE.INTERRUPT, 2]);
    expect(plain.unread).toBe(0);
  });

  it.each([
    ['CALL', [MESSAGE.CALL, 1, PACKING, 'com.a', PACKED]],
    ['PUBLISH', [MESSAGE.PUBLISH, 1, PACKING, 'com.t', PACKED]],
    ['YIELD', [MESSAGE.YIELD, 1, PACKING, PACKED]],
  ])('are a protocol violation in a %s from a client that did not announce them', async (_what, message) => {
    const client = await join();
    expect(await ask(client, ...message)).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
    await client.closed;
  });
});

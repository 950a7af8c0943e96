import { describe, expect, it } from 'vitest';
import { ANY, CAPABLE, TRANSPORTS, useRouter } from '../../support/contract.js';

const PACKING = { ppt_scheme: 'x_mine', ppt_serializer: 'cbor', ppt_cipher: 'none', ppt_keyid: 'k1' };
const PACKED = ['\0cGFja2Vk'];

describe.each(TRANSPORTS)('packed payloads, over %s', (transport) => {
  const { join, ask } = useRouter(transport);

  it('pass from caller to callee and back, with their packing attributes', async () => {
    const [callee, caller] = [await join(CAPABLE), await join(CAPABLE)];
    await ask(callee, 64, 1, {}, 'com.a');
    caller.send([48, 1, { ...PACKING, receive_progress: true }, 'com.a', PACKED]);
    expect(await callee.next()).toEqual([68, 1, ANY, { ...PACKING, receive_progress: true }, PACKED]);
    callee.send([70, 1, { ...PACKING, progress: true }, PACKED]);
    expect(await caller.next()).toEqual([50, 1, { ...PACKING, progress: true }, PACKED]);
    callee.send([70, 1, PACKING, PACKED]);
    expect(await caller.next()).toEqual([50, 1, PACKING, PACKED]);
    caller.send([48, 2, PACKING, 'com.a', PACKED]);
    await callee.next();
    callee.send([8, 68, 2, PACKING, 'com.a.oops', PACKED]);
    expect(await caller.next()).toEqual([8, 48, 2, PACKING, 'com.a.oops', PACKED]);
  });

  it('pass from publisher to subscribers, also of patterns', async () => {
    const [subscriber, publisher] = [await join(), await join(CAPABLE)];
    await ask(subscriber, 32, 1, {}, 'com.t');
    await ask(subscriber, 32, 2, { match: 'prefix' }, 'com.');
    publisher.send([16, 1, PACKING, 'com.t', PACKED]);
    expect(await subscriber.next()).toEqual([36, ANY, ANY, PACKING, PACKED]);
    expect(await subscriber.next()).toEqual([36, ANY, ANY, { ...PACKING, topic: 'com.t' }, PACKED]);
  });

  it('end the call if the callee does not accept them, or the caller does not', async () => {
    const [plain, capable, caller, simple] = [
      await join(),
      await join(CAPABLE),
      await join(CAPABLE),
      await join(),
    ];
    const refused = (request: number) => [8, 48, request, {}, 'wamp.error.feature_not_supported', [ANY]];
    await ask(plain, 64, 1, {}, 'com.plain');
    await ask(capable, 64, 1, {}, 'com.capable');
    expect(await ask(caller, 48, 1, PACKING, 'com.plain', PACKED)).toEqual(refused(1));
    simple.send([48, 1, {}, 'com.capable']);
    await capable.next();
    capable.send([70, 1, PACKING, PACKED]);
    expect(await simple.next()).toEqual(refused(1));
    // For a progressive result, the callee gets an INTERRUPT.
    simple.send([48, 2, { receive_progress: true }, 'com.capable']);
    await capable.next();
    capable.send([70, 2, { ...PACKING, progress: true }, PACKED]);
    expect(await simple.next()).toEqual(refused(2));
    expect(await capable.next()).toStartWith([69, 2]);
    expect(plain.unread).toBe(0);
  });

  it.each([
    ['CALL', [48, 1, PACKING, 'com.a', PACKED]],
    ['PUBLISH', [16, 1, PACKING, 'com.t', PACKED]],
    ['YIELD', [70, 1, PACKING, PACKED]],
  ])('are a violation in a %s from a client that did not announce them', async (_what, message) => {
    const client = await join();
    expect(await ask(client, ...message)).toEqual([3, { message: ANY }, 'wamp.error.protocol_violation']);
    await client.closed;
  });
});

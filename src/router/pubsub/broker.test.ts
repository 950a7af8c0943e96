import { expect, it } from 'vitest';
import { LIMITS } from '../../../test/support/limits.js';
import { ALL_ROLES, attachRaw, hello } from '../../../test/support/raw-client.js';
import { decodeMessage } from '../../wamp/decode.js';
import { MESSAGE, type Message } from '../../wamp/messages.js';
import { IN_PROCESS, localPeers } from '../../wamp/peer.js';
import { createRouter } from '../router.js';

it('sends no event after UNSUBSCRIBED, even to a session that unsubscribes during the fan-out', async () => {
  const router = createRouter({
    realms: ['realm1'],
    limits: { ...LIMITS, callTimeout: 0, maxCallTimeout: 1000, maxPendingCalls: 1, maxSessions: 1 },
    allowAnonymous: true,
    agent: 'test',
  });
  /** A subscriber in this process, which gets events synchronously. */
  function subscriber(onEvent: () => void) {
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    const heard: Message[] = [];
    ours.listen({
      onMessage(message) {
        heard.push(message);
        if (message.type === MESSAGE.EVENT) onEvent();
      },
      onViolation() {},
      onClose() {},
    });
    const send = (list: unknown[]) => ours.send(decodeMessage(list));
    send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);
    send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
    return { heard, send };
  }
  const first = subscriber(() => second.send([MESSAGE.UNSUBSCRIBE, 2, 1]));
  const second = subscriber(() => {});
  const publisher = attachRaw(router.attach);
  await hello(publisher);
  publisher.send([MESSAGE.PUBLISH, 1, {}, 'com.t']);
  expect(first.heard.at(-1)?.type).toBe(MESSAGE.EVENT);
  expect(second.heard.map(({ type }) => type)).toEqual([
    MESSAGE.WELCOME,
    MESSAGE.SUBSCRIBED,
    MESSAGE.UNSUBSCRIBED,
  ]);
});

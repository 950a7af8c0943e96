import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { FRAMES, type Frames } from '../../support/frames.js';
import type { RunningGateway } from '../../support/gateway.js';
import { byTicket, logIn } from '../../support/logins.js';
import { connectRaw, type RawClient } from '../../support/raw-client.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'guarded';
const AUTHORIZER = 'com.example.authorize';
const TOO_MANY = 'bondy.error.too_many_requests';
/** Three of them have room in 1 MB. */
const LARGE = 'x'.repeat(300_000);

const closeLater = closeAfterEach();

async function join({ url }: RunningGateway, name: string, frames?: Frames): Promise<RawClient> {
  const client = closeLater(await connectRaw(url, frames));
  expect((await logIn(client, REALM, byTicket(name, name)))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

/** A realm whose authorizer decides when the test says so. */
async function start() {
  const gateway = await startSecuredGateway(
    [
      {
        uri: REALM,
        users: ['decider', 'ben'].map((name) => ({ username: name, password: name })),
        grants: [{ roles: ['decider'], permissions: ['wamp.register'], uri: AUTHORIZER }],
      },
    ],
    {
      lines: [
        `security.realms.${REALM}.authorizer = ${AUTHORIZER}`,
        'wamp.max_waiting_bytes_per_realm = 1MB',
        'wamp.call_timeout = 1h',
        'wamp.max_call_timeout = 1h',
      ],
    },
  );
  closeLater(() => gateway.stop(0));
  const decider = await join(gateway, 'decider');
  decider.send([MESSAGE.REGISTER, 1, {}, AUTHORIZER]);
  expect((await decider.next())[0]).toBe(MESSAGE.REGISTERED);
  return { gateway, decider };
}

/** The request ID of the next question to the authorizer. */
async function asked(decider: RawClient): Promise<unknown> {
  const question = await decider.next();
  expect(question[0]).toBe(MESSAGE.INVOCATION);
  return question[1];
}

const WAYS: readonly [string, Frames | undefined, readonly unknown[]][] = [
  ['CALL in JSON', undefined, [MESSAGE.CALL, 1, {}, 'com.p', [LARGE]]],
  ['CALL in MessagePack', FRAMES[1], [MESSAGE.CALL, 1, {}, 'com.p', [], { text: LARGE }]],
  ['PUBLISH in CBOR', FRAMES[2], [MESSAGE.PUBLISH, 1, { acknowledge: true }, 'com.t', [LARGE]]],
  ['SUBSCRIBE with a large option', undefined, [MESSAGE.SUBSCRIBE, 1, { x_note: LARGE }, 'com.t']],
  ['REGISTER with a large option', undefined, [MESSAGE.REGISTER, 1, { x_note: LARGE }, 'com.p']],
];

describe('large messages that wait for an authorizer', () => {
  it.each(WAYS)(
    'take no more memory than wamp.max_waiting_bytes_per_realm, even after their senders have left: %s',
    async (_what, frames, message) => {
      const { gateway, decider } = await start();
      const questions: unknown[] = [];
      for (let sent = 1; sent <= 3; sent++) {
        const ben = await join(gateway, 'ben', frames);
        ben.send(message);
        questions.push(await asked(decider));
        ben.close();
        await ben.closed;
      }
      const late = await join(gateway, 'ben', frames);
      late.send(message);
      expect((await late.next()).slice(0, 5)).toEqual([MESSAGE.ERROR, message[0], 1, {}, TOO_MANY]);
      questions.push(await asked(decider));
      // Small messages still have room.
      late.send([MESSAGE.CALL, 2, {}, 'com.p']);
      questions.push(await asked(decider));
      for (const question of questions) decider.send([MESSAGE.YIELD, question, {}, [false]]);
      expect((await late.next())[4]).toBe('wamp.error.not_authorized');
      // The memory was released.
      late.send([message[0], 3, ...message.slice(2)]);
      decider.send([MESSAGE.YIELD, await asked(decider), {}, [false]]);
      expect((await late.next())[4]).toBe('wamp.error.not_authorized');
    },
  );
});

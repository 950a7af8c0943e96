import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { FRAMES, type Frames } from '../../support/frames.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../../support/router-host.js';

interface Sample {
  readonly description: string;
  readonly type: string;
  readonly message: readonly unknown[];
  /** The option that an ABORT must name; absent if the message is valid. */
  readonly names?: string;
}

const SAMPLES: readonly Sample[] = JSON.parse(
  readFileSync(new URL('../../vectors/validation.json', import.meta.url), 'utf8'),
);
/** EVENTs go from a router to its clients. */
const TO_ROUTER = SAMPLES.filter(({ type }) => type !== 'EVENT');
const RIGHT = TO_ROUTER.filter(({ names }) => names === undefined);
const WRONG = TO_ROUTER.filter(({ names }) => names !== undefined);

it('the test suite of the specification asks 46 things of a router', () => {
  expect([RIGHT.length, WRONG.length]).toEqual([27, 19]);
});

describe.each(FRAMES.map((frames) => [frames.name, frames] as const))(
  'over %s a joined session',
  (_name, frames) => {
    let host: RouterHost;
    let client: RawClient | undefined;
    beforeAll(async () => {
      host = await startRouterHost();
    });
    afterEach(async () => {
      client?.close();
      await untilEmpty(host);
    });
    afterAll(() => host.dispose());

    it.each(RIGHT)('may send: $description', async ({ message }) => {
      client = await join(host, frames);
      client.send(message);
      // The response to this message, if any, comes before the next one.
      client.send([MESSAGE.CALL, 99, {}, 'com.nowhere']);
      let answer = await client.next();
      while (answer[0] !== MESSAGE.ERROR || answer[2] !== 99) {
        // An EVENT, if a sample asks for what another one had retained.
        expect([MESSAGE.ERROR, MESSAGE.PUBLISHED, MESSAGE.SUBSCRIBED, MESSAGE.EVENT]).toContain(answer[0]);
        answer = await client.next();
      }
      expect(answer.slice(0, 5)).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        99,
        {},
        'wamp.error.no_such_procedure',
      ]);
    });

    it.each(WRONG)('is told what is wrong: $description', async ({ message, names }) => {
      client = await join(host, frames);
      client.send(message);
      const [code, details, reason] = await client.next();
      expect([code, reason]).toEqual([MESSAGE.ABORT, 'wamp.error.protocol_violation']);
      expect((details as { message: string }).message).toMatch(new RegExp(`\\b${names}\\b`));
      expect(await client.closed).toBe(1002);
    });
  },
);

async function join(host: RouterHost, frames: Frames): Promise<RawClient> {
  const client = await connectRaw(host.url, frames);
  expect((await hello(client))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

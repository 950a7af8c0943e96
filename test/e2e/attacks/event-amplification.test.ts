import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSendTotal } from '../../../src/transport/send-total.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { connectFlooder, type Flooder } from '../../support/flooder.js';
import { LIMITS } from '../../support/limits.js';
import { type RouterHost, until, untilEmpty } from '../../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { casesNamed, startRouterOver } from '../../support/transport-matrix.js';

/** All prefixes of one topic: each subscriber gets every event this number of times. */
const PREFIXES = 300;
const TOPIC = 'a'.repeat(PREFIXES);
const READERS = 4;
const TOTAL = 8 * 1024 * 1024;

const CASES = casesNamed('WebSocket, msgpack', 'WebSocket, json', 'RawSocket, json', 'RawSocket, cbor');

describe.each(CASES)('events to many overlapping subscriptions, over $name', ({ transport, serializer }) => {
  let folder: TemporaryFolder;
  let host: RouterHost;
  const clients: Flooder[] = [];
  const sendTotal = createSendTotal(TOTAL);
  beforeEach(async () => {
    folder = createTemporaryFolder();
    const limits = {
      ...LIMITS,
      maxSubscriptions: PREFIXES,
      maxSubscriptionBytes: 1_000_000,
      maxSubscriptionsPerRealm: READERS * PREFIXES,
    };
    host = await startRouterOver(transport, folder, { sendTotal }, { limits });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await untilEmpty(host);
    await host.dispose();
    folder.remove();
    expect(sendTotal.bytes).toBe(0);
  });

  async function join(): Promise<Flooder> {
    const client = await connectFlooder(host.url, serializer);
    clients.push(client);
    return client;
  }
  async function reader(): Promise<Flooder> {
    const client = await join();
    client.write(
      Array.from({ length: PREFIXES }, (_, at) => [
        MESSAGE.SUBSCRIBE,
        at + 1,
        { match: 'prefix' },
        TOPIC.slice(0, at + 1),
      ]),
    );
    await client.untilReceived(PREFIXES);
    expect(client.last).toMatchObject({ request: PREFIXES, subscription: expect.any(Number) });
    return client;
  }

  it("do not delay other clients, and reach all subscribers in order before the publisher's next response", async () => {
    const readers = await Promise.all(Array.from({ length: READERS }, reader));
    const [publisher, other] = [await join(), await join()];
    const heard = () => readers.reduce((sum, { received }) => sum + received - PREFIXES, 0);
    publisher.write([
      [MESSAGE.PUBLISH, 1, {}, TOPIC, [1]],
      [MESSAGE.PUBLISH, 2, {}, TOPIC, [2]],
      [MESSAGE.CALL, 3, {}, 'com.nothing'],
    ]);
    other.write([[MESSAGE.CALL, 1, {}, 'wamp.session.count']]);
    await other.untilReceived(1);
    expect(heard()).toBeLessThan(2 * READERS * PREFIXES);
    expect(publisher.received).toBe(0);
    await publisher.untilReceived(1);
    for (const one of readers) {
      await one.untilReceived(3 * PREFIXES);
      expect(one.last).toMatchObject({ payload: { args: [2] } });
    }
  });

  it('are limited in bytes over all subscribers that do not read; the slowest are disconnected', async () => {
    const readers = await Promise.all(Array.from({ length: READERS }, reader));
    const [publisher, other] = [await join(), await join()];
    for (const one of readers) one.stopReading();
    let max = 0;
    for (let round = 1; host.listener.counts().slowConsumersCut < READERS && round < 100; round++) {
      publisher.write([[MESSAGE.PUBLISH, 1, {}, TOPIC, ['x'.repeat(1000)]]]);
      publisher.write([[MESSAGE.CALL, round, {}, 'com.nothing']]);
      await publisher.untilReceived(round);
      max = Math.max(max, sendTotal.bytes);
    }
    expect(host.listener.counts().slowConsumersCut).toBe(READERS);
    expect(max).toBeGreaterThan(0);
    expect(max).toBeLessThanOrEqual(TOTAL);
    await until(() => host.router.counts().sessions === 2, host.router.counts);
    other.write([[MESSAGE.CALL, 1, {}, 'wamp.session.count']]);
    await other.untilReceived(1);
  });
});

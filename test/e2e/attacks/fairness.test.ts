import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { connectFlooder, type Flooder } from '../../support/flooder.js';
import { LIMITS } from '../../support/limits.js';
import { type RouterHost, untilEmpty } from '../../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { casesNamed, startRouterOver } from '../../support/transport-matrix.js';

/** More messages than one turn of the event loop has time for. */
const FLOOD = 10_000;
/** The part of a flood that may be served before other clients: what fits into a few turns. */
const FEW = FLOOD / 2;

const limits = { ...LIMITS, maxRegistrations: 1000, maxSubscriptions: 1000, maxRetainedEvents: 1000 };

describe.each(
  casesNamed(
    'WebSocket, msgpack',
    'WebSocket over TLS, json',
    'RawSocket, cbor',
    'RawSocket over TLS, msgpack',
    'RawSocket over a Unix socket, json',
  ),
)('a client that keeps its socket full, over $name', ({ transport, serializer }) => {
  let folder: TemporaryFolder;
  let host: RouterHost;
  const clients: Flooder[] = [];
  beforeEach(async () => {
    folder = createTemporaryFolder();
    host = await startRouterOver(transport, folder, {}, { limits });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await untilEmpty(host);
    await host.dispose();
    folder.remove();
  });

  async function join(): Promise<Flooder> {
    const client = await connectFlooder(host.url, serializer);
    clients.push(client);
    return client;
  }
  const many = (message: (at: number) => readonly unknown[]) =>
    Array.from({ length: FLOOD }, (_, at) => message(at + 1));

  it.each([
    ['calls', (at: number) => [MESSAGE.CALL, at, {}, 'wamp.registration.list']],
    [
      'acknowledged publications',
      (at: number) => [MESSAGE.PUBLISH, at, { acknowledge: true }, 'com.t', ['x']],
    ],
    [
      'subscriptions that look for what is retained',
      (at: number) => [MESSAGE.SUBSCRIBE, at, { match: 'prefix', get_retained: true }, 'b.'],
    ],
    ['registrations', (at: number) => [MESSAGE.REGISTER, at, {}, `com.p.${at}`]],
  ])('with %s does not delay others, and gets its responses in order', async (_, message) => {
    const [flooder, other] = [await join(), await join()];
    flooder.write(many((at) => [MESSAGE.REGISTER, at, {}, `com.${at}`]).slice(0, 50));
    flooder.write(
      many((at) => [MESSAGE.PUBLISH, at, { retain: true, acknowledge: true }, `com.${at}`]).slice(0, 50),
    );
    await flooder.untilReceived(100);
    flooder.write(many(message));
    other.write([[MESSAGE.CALL, 1, {}, 'wamp.session.count']]);
    await other.untilReceived(1);
    expect(flooder.received - 100).toBeLessThan(FEW);
    await flooder.untilReceived(100 + FLOOD);
    expect(Object.values(flooder.last ?? {})).toContain(FLOOD);
  });

  it('loses no message that it has sent before it closes', async () => {
    const [flooder, other] = [await join(), await join()];
    other.write([[MESSAGE.SUBSCRIBE, 1, {}, 'com.t']]);
    await other.untilReceived(1);
    flooder.write(many((at) => [MESSAGE.PUBLISH, at, {}, 'com.t', [at]]));
    flooder.end();
    await other.untilReceived(1 + FLOOD);
    expect(other.last).toMatchObject({ payload: { args: [FLOOD] } });
  });
});

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { billingConf } from '../../support/billing-conf.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway(
    billingConf(
      'http://127.0.0.1:9',
      'listeners.test.origins = capacitor://localhost, ionic://localhost, app://-, file://, null',
    ),
  );
});
afterAll(() => gateway.stop(0));

/** 101 if the page may connect, else the status of the refusal. */
async function statusFor(origin: string): Promise<number | undefined> {
  const socket = new WebSocket(gateway.url, ['wamp.2.json'], { headers: { origin } });
  const refused = once(socket, 'unexpected-response').then(
    ([, answer]) => (answer as IncomingMessage).statusCode,
  );
  const status = await Promise.race([once(socket, 'open').then(() => 101), refused]);
  socket.on('error', () => {});
  socket.terminate();
  return status;
}

it.each(['capacitor://localhost', 'ionic://localhost', 'app://-', 'file://', 'null'])(
  'accepts an app with the origin %s',
  async (origin) => expect(await statusFor(origin)).toBe(101),
);

it.each([
  'https://evil.example.com',
  'capacitor://localhost:1',
  'app://evil',
  'http://localhost',
  'file://x',
])('rejects the origin %s, which is not configured', async (origin) =>
  expect(await statusFor(origin)).toBe(403),
);

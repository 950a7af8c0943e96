import { afterAll, beforeAll, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedGateway,
  nextRequest,
  procedureLines,
  startAttacked,
} from '../../support/attacked-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

let upstream: RecordingUpstream;
let gateway: AttackedGateway;
let goOn = (): void => {};
beforeAll(async () => {
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  upstream = await startRecordingUpstream(async () => {
    await mayGoOn;
    return { json: {} };
  });
  gateway = await startAttacked([
    `+base_url = ${upstream.url}`,
    '+pool.size = 1',
    '+pool.checkout_timeout = 1h',
    '+timeout = 1h',
    ...procedureLines('get', { path: '/{{who}}' }),
    ...procedureLines('wrong', { path: '/{{missing}}' }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const CALLS = 500;

it('many calls of one client do not delay those of others', async () => {
  const [flooder, other] = [await gateway.join(['', 'json', 0]), await gateway.join(['', 'msgpack', 1])];
  const call = (client: typeof flooder, name: string, kwargs: object) =>
    client.send([MESSAGE.CALL, nextRequest(client), {}, `com.api.${name}`, [], kwargs]);
  for (let count = 0; count < CALLS; count++) call(flooder, 'get', { who: 'flooder' });
  // Its error comes at once. Then all calls before it wait for the only connection.
  call(flooder, 'wrong', {});
  expect((await flooder.next())[0]).toBe(MESSAGE.ERROR);
  call(other, 'get', { who: 'other' });
  call(other, 'wrong', {});
  expect((await other.next())[0]).toBe(MESSAGE.ERROR);
  goOn();
  expect((await other.next())[0]).toBe(MESSAGE.RESULT);
  // One of the flooder ran already, and another one was next.
  expect(upstream.requests.slice(0, 3).map(({ url }) => url)).toContain('/other');
  for (let count = 0; count < CALLS; count++) expect((await flooder.next())[0]).toBe(MESSAGE.RESULT);
});

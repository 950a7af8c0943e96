import { afterAll, beforeAll, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedApi,
  nextRequest,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { caseNamed } from '../../support/transport-matrix.js';

let gateway: AttackedApi;
let answerAll = (): void => {};
beforeAll(async () => {
  const mayGoOn = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  const answer = async () => {
    await mayGoOn;
    return { json: {} };
  };
  gateway = await startAttackedApi(answer, [
    '+pool.size = 1',
    '+pool.checkout_timeout = 1h',
    '+timeout = 1h',
    ...procedureLines('get', { path: '/{{who}}' }),
    ...procedureLines('wrong', { path: '/{{missing}}' }),
  ]);
});
afterAll(() => gateway.close());

const CALLS = 500;

it('many calls of one client do not delay those of others', async () => {
  const flooder = await gateway.join(caseNamed('WebSocket on a universal port, json'));
  const other = await gateway.join(caseNamed('RawSocket on a universal port, msgpack'));
  const call = (client: typeof flooder, name: string, kwargs: object) =>
    client.send([MESSAGE.CALL, nextRequest(client), {}, `com.api.${name}`, [], kwargs]);
  for (let count = 0; count < CALLS; count++) call(flooder, 'get', { who: 'flooder' });
  // Its error comes at once. Then all calls before it wait for the only connection.
  call(flooder, 'wrong', {});
  expect((await flooder.next())[0]).toBe(MESSAGE.ERROR);
  call(other, 'get', { who: 'other' });
  call(other, 'wrong', {});
  expect((await other.next())[0]).toBe(MESSAGE.ERROR);
  answerAll();
  expect((await other.next())[0]).toBe(MESSAGE.RESULT);
  // One of the flooder ran already, and another one was next.
  expect(gateway.upstream.requests.slice(0, 3).map(({ url }) => url)).toContain('/other');
  for (let count = 0; count < CALLS; count++) expect((await flooder.next())[0]).toBe(MESSAGE.RESULT);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import {
  type AttackedGateway,
  nextRequest,
  procedureLines,
  startAttacked,
} from '../../support/attacked-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { ATTACK_MATRIX } from '../../support/transport-matrix.js';

/** Each is longer than what the gateway copies into a frame: over 4 KB, 64 KB and 1 MB. */
const LENGTHS = [3_000, 70_000, 900_000];
const bodyOf = (length: number) => ({ text: 'né'.repeat(length), length });

let upstream: RecordingUpstream;
let gateway: AttackedGateway;
beforeAll(async () => {
  upstream = await startRecordingUpstream(({ url }) => ({ json: bodyOf(Number(url.slice(1))) }));
  gateway = await startAttacked([
    `+base_url = ${upstream.url}`,
    ...procedureLines('get', { path: '/{{length}}' }),
  ]);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

it.each(ATTACK_MATRIX)('Long results arrive whole: $name', async (transport) => {
  const caller = await gateway.join(transport);
  for (const length of LENGTHS) {
    for (let count = 0; count < 3; count++) {
      caller.send([MESSAGE.CALL, nextRequest(caller), {}, 'com.api.get', [], { length }]);
    }
    for (let count = 0; count < 3; count++) {
      const [type, , , args, kwargs] = await caller.next();
      expect([type, args]).toEqual([MESSAGE.RESULT, []]);
      expect(kwargs).toEqual({ status: 200, body: bodyOf(length) });
    }
  }
  caller.close();
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { createSerializers } from '../../../src/wamp/serializers/serializers.js';
import {
  type AttackedApi,
  callApi,
  callUntil,
  procedureLines,
  startAttackedApi,
} from '../../support/attacked-gateway.js';
import { connectOctets, type OctetClient } from '../../support/octet-client.js';
import { ALL_ROLES } from '../../support/raw-client.js';
import { frameOf } from '../../support/raw-socket-client.js';
import { caseNamed } from '../../support/transport-matrix.js';

let gateway: AttackedApi;
beforeAll(async () => {
  gateway = await startAttackedApi(
    ({ url }) => {
      if (url === '/get') return { json: { ok: true } };
      const [type, body] = BODIES[url.slice(1)] as readonly [string, Uint8Array];
      return { body, headers: { 'content-type': type } };
    },
    [
      // As JSON, 12 MB of control characters fit, and 16 MB do not.
      '+pool.max_response_size = 40MB',
      ...procedureLines('get', { path: '/get' }),
      ...procedureLines('large', { path: '/{{kind}}' }),
    ],
  );
});
afterAll(() => gateway.close());

const BYTES = 4_000_000;
const list = (item: string, bytes = BYTES): Uint8Array =>
  Buffer.from(`[${`${item},`.repeat(bytes / (item.length + 1)).slice(0, -1)}]`);
const BODIES: Readonly<Record<string, readonly [string, Uint8Array]>> = {
  exponents: ['application/json', list('1e5')],
  fractions: ['application/json', list('1.5', 2 * BYTES)],
  nothing: ['text/plain; charset=gb18030', Buffer.alloc(BYTES, 0xff)],
  controls: ['text/plain', Buffer.alloc(3 * BYTES, 1)],
  escapes: ['text/plain', Buffer.alloc(4 * BYTES, 1)],
  twice: ['application/json', list('{"a":0,"a":1}', 1_000_000)],
};

/** A RawSocket client that does not decode what it receives. */
async function joinBare(format: string): Promise<OctetClient & { send(message: readonly unknown[]): void }> {
  const serializers = createSerializers();
  const at = serializers.findIndex(({ name }) => name === format);
  const client = await connectOctets(gateway.urls[1]);
  client.write(Buffer.from([0x7f, 0xf0 + at + 1, 0, 0]));
  await client.read(4);
  const send = (message: readonly unknown[]): void => {
    const [type, request, options, third, args, kwargs] = message as never[];
    const typed = type === MESSAGE.HELLO ? { type, realm: request, details: options } : undefined;
    const call = { type, request, options, procedure: third, payload: { args, kwargs } };
    client.write(frameOf(0, serializers[at]?.encode((typed ?? call) as never) as Uint8Array));
  };
  send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);
  const prefix = await client.read(4);
  await client.read(prefix.readUIntBE(1, 3));
  return { ...client, send };
}

/**
 * If a response is read in one step, at most two others get theirs while its last bytes arrive. If
 * it is read in turns, seven or more do, even on a busy machine.
 */
const MANY = 3;

describe('while the gateway reads a large response', () => {
  it.each([
    ['msgpack', 'exponents'],
    ['cbor', 'fractions'],
    ['json', 'nothing'],
    ['json', 'controls'],
  ])('it responds to other callers: %s, %s', async (format, kind) => {
    const [attacker, other] = [
      await joinBare(format),
      await gateway.join(caseNamed('WebSocket on a universal port, json')),
    ];
    gateway.upstream.clear();
    attacker.send([MESSAGE.CALL, 1, {}, 'com.api.large', [], { kind }]);
    const answer = attacker.read(4);
    // From here on the gateway has received nearly all of it, and has at most begun to read it.
    await (await gateway.upstream.arrived(1)).responded;
    expect(await callUntil(other, answer)).toBeGreaterThan(MANY);
    attacker.close();
  });
});

it.each(['msgpack', 'cbor'] as const)(
  'JSON with too many values, if it must be parsed, is a clear error in %s',
  async (format) => {
    const caller = await gateway.join(caseNamed(`RawSocket on a universal port, ${format}`));
    const answer = await callApi(caller, 'large', { kind: 'twice' });
    expect(answer.slice(4)).toEqual([
      'bondy.error.bad_gateway',
      [],
      expect.objectContaining({
        code: 'bad_answer',
        message: expect.stringMatching(
          /^The response has too many values to be written in MessagePack or CBOR/,
        ),
      }),
    ]);
    caller.close();
  },
);

it('a text that grows too much as JSON is a clear error', async () => {
  const caller = await gateway.join(caseNamed('RawSocket on a universal port, json'));
  const answer = await callApi(caller, 'large', { kind: 'escapes' });
  expect(answer.slice(4)).toEqual([
    'bondy.error.bad_gateway',
    [],
    expect.objectContaining({
      code: 'bad_answer',
      message: 'The text of the response is too long in JSON for pool.max_response_size',
    }),
  ]);
  caller.close();
});

import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';

const GET = 'com.billing.get_invoice';
const TOO_LARGE = 'wamp.error.payload_size_exceeded';

let fixture: GatewayFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

/** Responds with the number of bytes that the invoice's id says. */
async function open(): Promise<GatewayFixture> {
  fixture = await openGatewayFixture({
    lines: ['wamp.max_send_buffer = 1MB'],
    respond: ({ url }) => ({
      body: 'x'.repeat(Number(url.split('/').pop())),
      headers: { 'content-type': 'text/plain' },
    }),
  });
  return fixture;
}

describe("a response larger than the caller's send buffer", () => {
  it('fails its own call only', async () => {
    const { caller } = await open();
    const [large, small] = await Promise.all([
      caller.call(GET, { id: 2_000_000 }),
      caller.call(GET, { id: 10 }),
    ]);
    expect(large).toMatchObject({ kind: 'error', uri: TOO_LARGE });
    expect(small).toMatchObject({ kind: 'result' });
    expect(await caller.call(GET, { id: 900_000 })).toMatchObject({ kind: 'result' });
  });
});

describe('many large responses at once', () => {
  it('each end with a result or an error, and the session goes on', async () => {
    const { caller } = await open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => caller.call(GET, { id: 400_000 })));
    for (const answer of answers) expect(answer.kind === 'result' || answer.uri === TOO_LARGE).toBe(true);
    expect(answers.some(({ kind }) => kind === 'result')).toBe(true);
    expect(await caller.call(GET, { id: 10 })).toMatchObject({ kind: 'result' });
  });
});

import { describe, expect, it } from 'vitest';
import {
  type AuthFixture,
  type AuthFixtureOptions,
  GET,
  NO_TOKEN,
  openAuthFixture,
} from '../../support/auth-fixture.js';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { acceptingOnly, issuing } from '../../support/idp.js';
import { HANG } from '../../support/recording-upstream.js';

const WAITED = 'The deadline passed while the call waited for authentication';
const timeout = (attempts: number) => ({
  status: 504,
  code: 'timeout',
  message: WAITED,
  body: WAITED,
  attempts,
});
const THREE_SECONDS = '+deadline = 3s';

describe('a call that waits for its token', () => {
  const closeLater = closeAfterEach();
  const open = async (options: AuthFixtureOptions = {}) => closeLater(await openAuthFixture(options));
  /** A call that waits for the token of a cold cache. */
  async function waiting(fixture: AuthFixture, options: object = {}) {
    const release = fixture.idp.hold();
    const answer = fixture.caller.call(GET, { id: 1 }, { options });
    const request = await fixture.idp.arrived(1);
    return { release, answer, request };
  }

  it.each([
    ['of the service', [THREE_SECONDS], {}],
    ['of the call', [], { timeout: 3_000 }],
  ])('ends at the deadline %s', async (_, lines, options) => {
    const fixture = await open({ lines });
    const { answer, release } = await waiting(fixture, options);
    fixture.clock.advance(3_000);
    const { uri, kwargs } = await answer;
    expect([uri, kwargs]).toEqual(['wamp.error.timeout', { ...timeout(0), id: expect.any(String) }]);
    // The token request goes on: the next call has its token.
    release();
    expect((await fixture.caller.call(GET, { id: 2 })).kwargs['status']).toBe(200);
    expect([fixture.sentTokens(), fixture.idp.requests.length]).toEqual([['token-1'], 1]);
  });

  it('has less time left for the API', async () => {
    const fixture = await open({ lines: [THREE_SECONDS], api: () => HANG });
    const { answer, release } = await waiting(fixture);
    fixture.clock.advance(2_000);
    release();
    await fixture.upstream.arrived(1);
    fixture.clock.advance(1_000);
    const { message, ...error } = ownError(await answer);
    expect(error).toEqual({ status: 504, code: 'timeout', body: message, attempts: 1 });
  });

  it('has less time left when the API refused it first', async () => {
    const fixture = await open({ lines: [THREE_SECONDS] });
    await fixture.caller.call(GET, { id: 1 });
    fixture.upstream.respondWith(acceptingOnly(new Set()));
    fixture.idp.hold();
    const answer = fixture.caller.call(GET, { id: 2 });
    await fixture.idp.arrived(2);
    fixture.clock.advance(3_000);
    expect(ownError(await answer)).toEqual(timeout(1));
  });

  it('ends when it is cancelled, and the others go on', async () => {
    const fixture = await open();
    const { answer, release } = await waiting(fixture);
    const first = fixture.caller.lastRequest;
    const other = fixture.caller.call(GET, { id: 2 });
    fixture.caller.cancel('kill', first);
    const { uri, kwargs } = await answer;
    expect(uri).toBe('wamp.error.canceled');
    expect(kwargs).toMatchObject({ code: 'canceled', attempts: 0 });
    release();
    expect((await other).kwargs['status']).toBe(200);
    expect(fixture.upstream.requests.map(({ url }) => url)).toEqual(['/invoices/2']);
    expect(fixture.idp.requests).toHaveLength(1);
  });

  it('ends when it is cancelled while a refused token is replaced', async () => {
    const fixture = await open();
    await fixture.caller.call(GET, { id: 1 });
    fixture.upstream.respondWith(acceptingOnly(new Set()));
    fixture.idp.hold();
    const answer = fixture.caller.call(GET, { id: 2 });
    await fixture.idp.arrived(2);
    fixture.caller.cancel('kill');
    expect((await answer).kwargs).toMatchObject({ code: 'canceled', attempts: 1 });
    expect(fixture.upstream.requests).toHaveLength(2);
  });

  it('sends nothing when its caller has disconnected meanwhile', async () => {
    const fixture = await open();
    const release = fixture.idp.hold();
    const caller = await connectCaller(fixture.gateway.url);
    const lost = caller.call(GET, { id: 'lost' }).catch(() => 'lost');
    await fixture.idp.arrived(1);
    caller.terminate();
    expect(await lost).toBe('lost');
    await untilFailed(fixture, 'canceled');
    release();
    expect((await fixture.caller.call(GET, { id: 'alive' })).kwargs['status']).toBe(200);
    expect(fixture.upstream.requests.map(({ url }) => url)).toEqual(['/invoices/alive']);
  });

  it('counts against pool.max_waiting', async () => {
    const fixture = await open({ lines: ['+pool.max_waiting = 2'] });
    const { answer, release } = await waiting(fixture);
    const second = fixture.caller.call(GET, { id: 2 });
    const third = await fixture.caller.call(GET, { id: 3 });
    expect(third.uri).toBe('bondy.error.bad_gateway');
    expect(third.kwargs).toMatchObject({ status: 503, code: 'overload', attempts: 0 });
    release();
    for (const { kwargs } of await Promise.all([answer, second])) expect(kwargs['status']).toBe(200);
  });

  it('ends with the token request, which has the timeout of any request of the service', async () => {
    const fixture = await open({ idp: () => HANG });
    const answers = [1, 2].map((id) => fixture.caller.call(GET, { id }));
    const request = await fixture.idp.arrived(1);
    await fixture.caller.call('com.example.nobody');
    fixture.clock.advance(7_777);
    for (const answer of await Promise.all(answers)) expect(ownError(answer)).toMatchObject(NO_TOKEN);
    expect(await request.responded).toBe(false);
    await fixture.idp.drained();
  });

  it('ends when the gateway stops, and leaves nothing open', async () => {
    const fixture = await open();
    const { answer, request } = await waiting(fixture);
    const stopped = fixture.gateway.stop(0);
    await fixture.caller.call('com.example.nobody');
    // A grace period of 0 is a timer too.
    fixture.clock.advance(1);
    expect((await answer).kwargs).toMatchObject({ status: 503, code: 'down', attempts: 0 });
    await stopped;
    expect(await request.responded).toBe(false);
    await fixture.idp.drained();
    await fixture.caller.close();
    expect(fixture.clock.pending).toBe(0);
  });

  it('may succeed while the gateway stops', async () => {
    const fixture = await open();
    const { answer, release } = await waiting(fixture);
    const stopped = fixture.gateway.stop();
    release();
    expect((await answer).kwargs['status']).toBe(200);
    await stopped;
  });

  it('is absent, and a refresh in the background ends when the gateway stops', async () => {
    const fixture = await open({ idp: issuing({ expires_in: 600 }) });
    await fixture.caller.call(GET, { id: 1 });
    fixture.idp.hold();
    await fixture.pass(500_000);
    await fixture.idp.arrived(2);
    await fixture.gateway.stop(0);
    await fixture.idp.drained();
    await fixture.caller.close();
    expect(fixture.clock.pending).toBe(0);
  });
});

/** Waits until the log says that a call has failed with this code. */
async function untilFailed(fixture: AuthFixture, code: string): Promise<void> {
  while (!fixture.log.records().some((record) => record['code'] === code)) {
    await fixture.caller.call('com.example.nobody');
  }
}

import { afterEach, describe, expect, it } from 'vitest';
import {
  type AuthScene,
  type AuthSceneOptions,
  GET,
  NO_TOKEN,
  openAuthScene,
} from '../../support/auth-scene.js';
import { connectCaller, ownError } from '../../support/caller.js';
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
  const scenes: AuthScene[] = [];
  afterEach(async () => {
    await Promise.all(scenes.splice(0).map((scene) => scene.close()));
  });
  async function open(options: AuthSceneOptions = {}): Promise<AuthScene> {
    const scene = await openAuthScene(options);
    scenes.push(scene);
    return scene;
  }
  /** A call that waits for the token of a cold cache. */
  async function waiting(scene: AuthScene, options: object = {}) {
    const release = scene.idp.hold();
    const answer = scene.caller.call(GET, { id: 1 }, { options });
    const request = await scene.idp.arrived(1);
    return { release, answer, request };
  }

  it.each([
    ['of the service', [THREE_SECONDS], {}],
    ['of the call', [], { timeout: 3_000 }],
  ])('ends at the deadline %s', async (_, lines, options) => {
    const scene = await open({ lines });
    const { answer, release } = await waiting(scene, options);
    scene.clock.advance(3_000);
    const { uri, kwargs } = await answer;
    expect([uri, kwargs]).toEqual(['wamp.error.timeout', { ...timeout(0), id: expect.any(String) }]);
    // What it waited for is not given up: the next call has the token of the same request.
    release();
    expect((await scene.caller.call(GET, { id: 2 })).kwargs['status']).toBe(200);
    expect([scene.sentTokens(), scene.idp.requests.length]).toEqual([['token-1'], 1]);
  });

  it('has so much less time for the API', async () => {
    const scene = await open({ lines: [THREE_SECONDS], api: () => HANG });
    const { answer, release } = await waiting(scene);
    scene.clock.advance(2_000);
    release();
    await scene.upstream.arrived(1);
    scene.clock.advance(1_000);
    const { message, ...error } = ownError(await answer);
    expect(error).toEqual({ status: 504, code: 'timeout', body: message, attempts: 1 });
  });

  it('has so much less time where the API refused it first', async () => {
    const scene = await open({ lines: [THREE_SECONDS] });
    await scene.caller.call(GET, { id: 1 });
    scene.upstream.answerWith(acceptingOnly(new Set()));
    scene.idp.hold();
    const answer = scene.caller.call(GET, { id: 2 });
    await scene.idp.arrived(2);
    scene.clock.advance(3_000);
    expect(ownError(await answer)).toEqual(timeout(1));
  });

  it('ends when it is cancelled, and the others go on', async () => {
    const scene = await open();
    const { answer, release } = await waiting(scene);
    const first = scene.caller.lastRequest;
    const other = scene.caller.call(GET, { id: 2 });
    scene.caller.cancel('kill', first);
    const { uri, kwargs } = await answer;
    expect(uri).toBe('wamp.error.canceled');
    expect(kwargs).toMatchObject({ code: 'canceled', attempts: 0 });
    release();
    expect((await other).kwargs['status']).toBe(200);
    expect(scene.upstream.requests.map(({ url }) => url)).toEqual(['/invoices/2']);
    expect(scene.idp.requests).toHaveLength(1);
  });

  it('ends when it is cancelled while a refused token is replaced', async () => {
    const scene = await open();
    await scene.caller.call(GET, { id: 1 });
    scene.upstream.answerWith(acceptingOnly(new Set()));
    scene.idp.hold();
    const answer = scene.caller.call(GET, { id: 2 });
    await scene.idp.arrived(2);
    scene.caller.cancel('kill');
    expect((await answer).kwargs).toMatchObject({ code: 'canceled', attempts: 1 });
    expect(scene.upstream.requests).toHaveLength(2);
  });

  it('sends nothing where its caller has died meanwhile', async () => {
    const scene = await open();
    const release = scene.idp.hold();
    const caller = await connectCaller(scene.gateway.url);
    const lost = caller.call(GET, { id: 'lost' }).catch(() => 'lost');
    await scene.idp.arrived(1);
    caller.terminate();
    expect(await lost).toBe('lost');
    await untilFailed(scene, 'canceled');
    release();
    expect((await scene.caller.call(GET, { id: 'alive' })).kwargs['status']).toBe(200);
    expect(scene.upstream.requests.map(({ url }) => url)).toEqual(['/invoices/alive']);
  });

  it('is one of pool.max_waiting at most', async () => {
    const scene = await open({ lines: ['+pool.max_waiting = 2'] });
    const { answer, release } = await waiting(scene);
    const second = scene.caller.call(GET, { id: 2 });
    const third = await scene.caller.call(GET, { id: 3 });
    expect(third.uri).toBe('bondy.error.bad_gateway');
    expect(third.kwargs).toMatchObject({ status: 503, code: 'overload', attempts: 0 });
    release();
    for (const { kwargs } of await Promise.all([answer, second])) expect(kwargs['status']).toBe(200);
  });

  it('ends with the token request, which has the time of any request of the service', async () => {
    const scene = await open({ idp: () => HANG });
    const answers = [1, 2].map((id) => scene.caller.call(GET, { id }));
    const request = await scene.idp.arrived(1);
    await scene.caller.call('com.example.nobody');
    scene.clock.advance(7_777);
    for (const answer of await Promise.all(answers)) expect(ownError(answer)).toMatchObject(NO_TOKEN);
    expect(await request.answered).toBe(false);
    await scene.idp.drained();
  });

  it('ends when the gateway stops, and leaves nothing open', async () => {
    const scene = await open();
    const { answer, request } = await waiting(scene);
    const stopped = scene.gateway.stop(0);
    await scene.caller.call('com.example.nobody');
    // No grace at all is a timer too.
    scene.clock.advance(1);
    expect((await answer).kwargs).toMatchObject({ status: 503, code: 'down', attempts: 0 });
    await stopped;
    expect(await request.answered).toBe(false);
    await scene.idp.drained();
    await scene.caller.close();
    expect(scene.clock.pending).toBe(0);
  });

  it('may end well while the gateway stops', async () => {
    const scene = await open();
    const { answer, release } = await waiting(scene);
    const stopped = scene.gateway.stop();
    release();
    expect((await answer).kwargs['status']).toBe(200);
    await stopped;
  });

  it('ends when the gateway stops, where nobody waits: a refresh in the background', async () => {
    const scene = await open({ idp: issuing({ expires_in: 600 }) });
    await scene.caller.call(GET, { id: 1 });
    scene.idp.hold();
    await scene.pass(500_000);
    await scene.idp.arrived(2);
    await scene.gateway.stop(0);
    await scene.idp.drained();
    await scene.caller.close();
    expect(scene.clock.pending).toBe(0);
  });
});

/** Waits until a call has failed with this code, by the log. */
async function untilFailed(scene: AuthScene, code: string): Promise<void> {
  while (!scene.log.records().some((record) => record['code'] === code)) {
    await scene.caller.call('com.example.nobody');
  }
}

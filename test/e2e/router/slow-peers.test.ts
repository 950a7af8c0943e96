import { afterEach, beforeEach, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { CAPABLE } from '../../support/contract.js';
import { LIMITS } from '../../support/limits.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../../support/router-host.js';

/**
 * More than the operating system buffers for a connection that nobody reads, which is some
 * megabytes.
 */
const MOST = 50_000;
const BLOCK = 'x'.repeat(10_000);
const BURST = 50;

type Client = Awaited<ReturnType<typeof connectRaw>>;

let host: RouterHost;
const clients: Client[] = [];
beforeEach(async () => {
  host = await startRouterHost({
    router: { limits: { ...LIMITS, maxPendingCalls: MOST } },
    listener: { maxSendBuffer: 1024 * 1024 },
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.ws.terminate();
  await untilEmpty(host);
  await host.dispose();
});

async function join(): Promise<Client> {
  const client = await connectRaw(host.url);
  clients.push(client);
  expect((await hello(client, 'realm1', CAPABLE))[0]).toBe(MESSAGE.WELCOME);
  return client;
}
async function ask(client: Client, ...message: unknown[]) {
  client.send(message);
  return client.next();
}

it('a caller that never reads its progressive results loses its connection and its call, and others are served', async () => {
  const [callee, slow, other] = [await join(), await join(), await join()];
  await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.p');
  slow.send([MESSAGE.CALL, 1, { receive_progress: true }, 'com.p']);
  expect((await callee.next())[0]).toBe(MESSAGE.INVOCATION);
  slow.ws.pause();
  let answer: readonly unknown[] = [];
  for (let part = 0, request = 1; answer[0] !== MESSAGE.INTERRUPT && part < MOST; request++) {
    for (let sent = 0; sent < BURST; sent++)
      callee.send([MESSAGE.YIELD, 1, { progress: true }, [part++, BLOCK]]);
    // Waits for the router, so that the callee does not run ahead of it.
    answer = await ask(callee, MESSAGE.CALL, request, {}, 'com.nothing');
  }
  expect(answer).toEqual([MESSAGE.INTERRUPT, 1, { mode: 'killnowait', reason: 'wamp.error.canceled' }]);
  await callee.next();
  await until(() => host.router.counts().sessions === 2, host.router.counts);
  expect(host.router.counts().pendingCalls).toBe(0);
  callee.send([MESSAGE.YIELD, 1, { progress: true }, ['for nobody']]);
  other.send([MESSAGE.CALL, 1, {}, 'com.p']);
  expect((await callee.next()).slice(0, 2)).toEqual([MESSAGE.INVOCATION, 2]);
  callee.send([MESSAGE.YIELD, 2, {}, ['served']]);
  expect(await other.next()).toEqual([MESSAGE.RESULT, 1, {}, ['served']]);
});

it('a callee that never reads its invocations loses its connection, and no caller is left waiting', async () => {
  const [slow, caller] = [await join(), await join()];
  await ask(slow, MESSAGE.REGISTER, 1, {}, 'com.p');
  slow.ws.pause();
  const answers = new Map<unknown, unknown>();
  let request = 0;
  while (!answers.has('no_such_procedure') && request < MOST) {
    for (let sent = 0; sent < BURST; sent++) caller.send([MESSAGE.CALL, ++request, {}, 'com.p', [BLOCK]]);
    caller.send([MESSAGE.PUBLISH, ++request, { acknowledge: true }, 'com.t']);
    for (let published = false; !published; ) {
      const answer = await caller.next();
      published = answer[0] === MESSAGE.PUBLISHED;
      if (!published) answers.set(answer[2], answer[4]);
      if (answer[4] === 'wamp.error.no_such_procedure') answers.set('no_such_procedure', true);
    }
  }
  expect(host.listener.counts().slowConsumersCut).toBe(1);
  const calls = request - request / (BURST + 1);
  // The calls of the callee end over several turns.
  while (answers.size - 1 < calls) {
    const answer = await caller.next();
    answers.set(answer[2], answer[4]);
  }
  expect(host.router.counts()).toMatchObject({ sessions: 1, registrations: 0, pendingCalls: 0 });
  expect(answers.size - 1).toBe(calls);
  answers.delete('no_such_procedure');
  // Calls that the callee had, calls that could not be sent when it was closed, and later calls.
  const uris = ['canceled', 'network_failure', 'no_such_procedure'].map((name) => `wamp.error.${name}`);
  expect([...new Set(answers.values())].sort()).toEqual(uris);
});

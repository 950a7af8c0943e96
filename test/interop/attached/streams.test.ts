import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAutobahn } from '../../support/autobahn.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createStreamApi } from '../../support/stream-api.js';
import { attachGateway } from './attach.js';
import { attachedConfiguration, PROCEDURE } from './fleet.js';
import { REALM } from './plan.js';
import { type ForeignRouter, NEXUS_PROGRAM, ROUTER_PROGRAMS, startRouter } from './routers.js';

const ASK = { receive_progress: true };

describe.each(ROUTER_PROGRAMS)('a stream through $name', (program) => {
  const closeLater = closeAfterEach();
  let router: ForeignRouter;
  beforeAll(async () => {
    if (program.isInstalled) router = await startRouter(program);
  });
  afterAll(() => router?.close());
  const test = it.skipIf(!program.isInstalled);

  /** A gateway that is attached to the router, in front of an API that streams. */
  async function attach() {
    const api = createStreamApi();
    const upstream = closeLater(await startRecordingUpstream());
    upstream.respondWith(api.respond);
    const { gateway } = closeLater(await attachGateway(attachedConfiguration(router.url, upstream.url)));
    return { api, streams: () => gateway.status().services[0]?.pool.streams };
  }

  /** Calls with autobahn-js. */
  async function callWithAutobahn() {
    const client = await connectAutobahn(router.url, REALM);
    closeLater(() => client.close());
    const call = client.session.call(PROCEDURE, [], { id: 1 }, ASK);
    const parts: unknown[] = [];
    let heard = (): void => {};
    const outcome = call.then(
      (result) => ({ result }),
      (error) => ({ error }),
      (part) => {
        parts.push((part as { kwargs: unknown }).kwargs);
        heard();
      },
    );
    return {
      call,
      parts,
      outcome,
      async arrived(count: number) {
        while (parts.length < count) {
          await new Promise<void>((resolve) => {
            heard = resolve;
          });
        }
      },
    };
  }

  test('becomes progressive results, each while it arrives', async () => {
    const { api } = await attach();
    const { parts, outcome, arrived } = await callWithAutobahn();
    const response = await api.response(1);
    response.write('event: paid\nid: 41\ndata: {"order":7}\n\n');
    await arrived(1);
    response.write('data: [DONE]\n\n');
    await arrived(2);
    response.end();
    expect(await outcome).toMatchObject({ result: { kwargs: { status: 200, body: '', count: 2 } } });
    expect(parts).toEqual([
      { status: 200, body: { event: 'paid', id: '41', data: { order: 7 }, retry: null } },
      { status: 200, body: { event: 'message', id: '41', data: '[DONE]', retry: null } },
    ]);
  });

  test('arrives complete and in order if it has many events', async () => {
    const { api } = await attach();
    const { parts, outcome } = await callWithAutobahn();
    const count = 2_000;
    const numbers = Array.from({ length: count }, (_, index) => index);
    (await api.response(1)).end(numbers.map((index) => `data: ${index}\n\n`).join(''));
    expect(await outcome).toMatchObject({ result: { kwargs: { count } } });
    expect(parts.map((part) => (part as { body: { data: number } }).body.data)).toEqual(numbers);
  });

  test('closes its connection to the API when autobahn-js cancels it', async () => {
    const { api, streams } = await attach();
    const { call, outcome, arrived } = await callWithAutobahn();
    (await api.response(1)).write('data: 1\n\n');
    await arrived(1);
    call.cancel({ mode: 'kill' });
    await api.closed(1);
    expect(await outcome).toMatchObject({ error: { error: 'wamp.error.canceled' } });
    await expect.poll(streams).toBe(0);
  });

  test.each(['kill', 'killnowait'])(
    'closes its connection to the API when it is cancelled with mode %s before its first event',
    async (mode) => {
      const { api, streams } = await attach();
      const caller = closeLater(await connectCaller(router.url, REALM));
      const called = caller.call(PROCEDURE, { id: 1 }, { options: ASK });
      await api.response(1);
      await expect.poll(streams).toBe(1);
      caller.cancel(mode);
      await api.closed(1);
      expect(await called).toMatchObject({ kind: 'error', uri: 'wamp.error.canceled' });
    },
  );

  // nexus tells the callee only when the next event has nobody to go to.
  test('closes its connection to the API when its caller is lost, at the next event at the latest', async () => {
    const { api, streams } = await attach();
    const caller = await connectCaller(router.url, REALM);
    caller.call(PROCEDURE, { id: 1 }, { options: ASK }).catch(() => {});
    const response = await api.response(1);
    await expect.poll(streams).toBe(1);
    caller.terminate();
    // The router may not have noticed it yet when the first one arrives.
    const isClosed = (): boolean => {
      if (!response.closed && program === NEXUS_PROGRAM) response.write('data: 1\n\n');
      return response.closed;
    };
    await expect.poll(isClosed).toBe(true);
    await expect.poll(streams).toBe(0);
  });
});

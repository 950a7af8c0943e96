import { describe, expect, it } from 'vitest';
import { openAttachedFixture } from '../../support/attached-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectDeaf } from '../../support/deaf-caller.js';
import { joinOverWebSocket } from '../../support/joined-session.js';
import { createStreamApi } from '../../support/stream-api.js';
import { callStream } from '../../support/stream-caller.js';

const opened = closeAfterEach();
const POST = 'com.billing.create_invoice';
const EVENT = 'data: {"n":1}\n\n';

async function openAttached() {
  const api = createStreamApi();
  const fixture = opened(await openAttachedFixture({ respond: api.respond }));
  const { gateway } = await fixture.attachAndWait();
  const session = await joinOverWebSocket(fixture.router.url);
  opened(() => session.leave());
  return { ...fixture, api, gateway, session };
}

describe('a stream behind another router', () => {
  it('becomes progressive results', async () => {
    const { api, session } = await openAttached();
    const call = callStream(session, POST);
    const response = await api.response(1);
    response.write(EVENT);
    await call.arrived(1);
    response.end(EVENT);
    expect(await call.ended).toEqual({ kwargs: { status: 200, body: '', count: 2 } });
    expect(call.parts).toHaveLength(2);
  });

  it.each(['kill', 'killnowait'])(
    'closes its connection when its caller cancels with mode %s',
    async (mode) => {
      const { api, caller } = await openAttached();
      const called = caller.call(POST, {}, { options: { receive_progress: true } });
      (await api.response(1)).write(EVENT);
      await called;
      caller.cancel(mode);
      await api.closed(1);
    },
  );

  it('closes its connection when its caller is lost', async () => {
    const { api, router } = await openAttached();
    const deaf = await connectDeaf(router.url);
    deaf.call(POST);
    (await api.response(1)).write(EVENT);
    deaf.close();
    await api.closed(1);
  });

  it('closes its connection when the router is lost, also for a POST', async () => {
    const { api, session, router, gateway } = await openAttached();
    const call = callStream(session, POST);
    (await api.response(1)).write(EVENT);
    await call.arrived(1);
    call.ended.catch(() => {});
    await expect.poll(() => gateway.status().services[0]?.pool.streams).toBe(1);
    await router.stop(0);
    await api.closed(1);
  });

  it('waits for the connection to the router, and does not end it', async () => {
    const { api, session, gateway } = await openAttached();
    const call = callStream(session, POST);
    const response = await api.response(1);
    const event = `data: ${'a'.repeat(10_000)}\n\n`;
    for (let count = 0; count < 2_000; count++) response.write(event);
    response.end();
    expect(await call.ended).toMatchObject({ kwargs: { count: 2_000 } });
    expect(gateway.status().attached_sessions.map(({ state }) => state)).toEqual(['serving']);
  });
});

import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openConsole } from '../../support/console-fixture.js';
import { openEvents, type SentEvent } from '../../support/event-client.js';

const closing = closeAfterEach();

const GET = 'com.billing.get_invoice';

async function open(lines: readonly string[] = [], query = '') {
  const fixture = closing(await openConsole(lines));
  const events = closing(await openEvents(`${fixture.url}/events${query}`));
  return { ...fixture, events };
}

const isService =
  (state: string) =>
  ({ name, data }: SentEvent): boolean =>
    name === 'status' && (data['services'] as { state: string }[])[0]?.state === state;

describe('the events of the console', () => {
  it('begin with the status, without the procedures', async () => {
    const { events, gateway } = await open();
    const { name, data } = await events.next();
    const { procedures: _, ...status } = gateway.status();
    expect([name, Object.keys(data).sort()]).toEqual(['status', Object.keys(status).sort()]);
    expect(data).toMatchObject({ state: 'ready', services: [{ name: 'billing' }] });
  });

  it('tell that a service is down, and up again', async () => {
    const { events, upstream, post } = await open(['+liveness.interval = 1s', '+liveness.path = /health']);
    upstream.respondWith(() => ({ status: 503 }));
    await events.find(isService('down'));
    upstream.respondWith(() => ({}));
    await post('/services/billing/probe');
    await events.find(isService('up'));
  });

  it('tell what an operator has done', async () => {
    const { events, gateway } = await open();
    await gateway.act('billing', 'disable');
    await events.find(isService('disabled'));
  });

  it('have the calls that end, without their kwargs and bodies', async () => {
    const { caller, events, upstream } = await open(['+retries = 0'], '?calls=true');
    await events.next();
    await caller.call(GET, { id: 'private' });
    upstream.respondWith(() => ({ status: 404, body: 'private' }));
    await caller.call(GET, { id: 'private' });
    await caller.call(GET, {});
    const calls: unknown[] = [];
    while (calls.length < 3) {
      const { data } = await events.find(({ name }) => name === 'calls');
      calls.push(...(data['calls'] as unknown[]));
    }
    const common = { procedure: GET, service: 'billing', realm: 'com.example.myrealm', authid: null };
    expect(calls).toMatchObject([
      { ...common, outcome: 'ok', status: 200, attempts: 1, id: null },
      { ...common, outcome: 'client_error', status: 404, attempts: 1 },
      { ...common, outcome: 'bad_request', status: 400, attempts: 0, id: expect.stringMatching(/^\w{8}$/) },
    ]);
    expect(JSON.stringify(calls)).not.toContain('private');
  });

  it('tell that the gateway stops, and end', async () => {
    const { events, gateway, upstream, caller } = await open();
    let respond = (): void => {};
    const responded = new Promise<void>((resolve) => {
      respond = resolve;
    });
    upstream.respondWith(async () => {
      await responded;
      return {};
    });
    const call = caller.call(GET, { id: 1 });
    await upstream.arrived(1);
    const stopped = gateway.stop();
    await events.find(({ data }) => data['state'] === 'draining');
    respond();
    await Promise.all([call, stopped]);
    await events.ended();
  });

  it('come also from a port that serves WAMP clients too', async () => {
    const { gateway } = closing(
      await openConsole([
        'listeners.both.protocol = http',
        'listeners.both.services = wamp_ws, admin_api',
        'listeners.both.port = 0',
      ]),
    );
    // A listener that operators use too opens first.
    const url = gateway.url.replace(/^ws(.*)\/ws$/, 'http$1');
    const events = closing(await openEvents(`${url}/events`));
    expect((await events.next()).data).toMatchObject({ state: 'ready' });
    expect((await events.next()).data).toMatchObject({ state: 'ready' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wampy } from 'wampy';
import { type RouterHost, startRouterHost, untilEmpty } from '../../support/router-host.js';
import { connectWampy } from '../../support/wampy.js';

describe('wampy', () => {
  let host: RouterHost;
  const clients: Wampy[] = [];

  beforeEach(async () => {
    host = await startRouterHost();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.disconnect();
    await untilEmpty(host);
    await host.dispose();
  });

  async function connect(realm = 'realm1'): Promise<Wampy> {
    const { client } = await connectWampy(host.url, realm);
    clients.push(client);
    return client;
  }

  it('joins and learns what it needs to know about the router', async () => {
    const { client, welcome } = await connectWampy(host.url, 'realm1');
    clients.push(client);
    expect(welcome).toMatchObject({ roles: { dealer: { features: { call_canceling: true } } } });
  });

  it('learns that a realm is unknown', async () => {
    await expect(connectWampy(host.url, 'nowhere')).rejects.toMatchObject({
      errorUri: 'wamp.error.no_such_realm',
    });
  });

  it('calls with args and kwargs, and gets results and errors with them', async () => {
    const [callee, caller] = [await connect(), await connect()];
    await callee.register('com.echo', ({ argsList, argsDict }) => ({
      argsList: argsList ?? [],
      argsDict: argsDict ?? {},
    }));
    await callee.register('com.fail', () => {
      throw { error: 'com.fail.reason', argsList: ['why'], argsDict: { more: 1 } };
    });
    expect(await caller.call('com.echo', { argsList: [1, [2]], argsDict: { k: null } })).toMatchObject({
      argsList: [1, [2]],
      argsDict: { k: null },
    });
    await expect(caller.call('com.fail')).rejects.toMatchObject({
      errorUri: 'com.fail.reason',
      argsList: ['why'],
      argsDict: { more: 1 },
    });
    await expect(caller.call('com.unknown')).rejects.toMatchObject({
      errorUri: 'wamp.error.no_such_procedure',
    });
  });

  it('registers a procedure once, unregisters it, and registers it again', async () => {
    const [one, two] = [await connect(), await connect()];
    await one.register('com.a', () => ({ argsList: ['one'] }));
    await expect(two.register('com.a', () => null)).rejects.toMatchObject({
      errorUri: 'wamp.error.procedure_already_exists',
    });
    await one.unregister('com.a');
    await two.register('com.a', () => ({ argsList: ['two'] }));
    expect(await one.call('com.a')).toMatchObject({ argsList: ['two'] });
  });

  it('publishes and subscribes', async () => {
    const [subscriber, publisher] = [await connect(), await connect()];
    const heard: unknown[] = [];
    const { subscriptionId } = await subscriber.subscribe('com.t', ({ argsList, argsDict }) => {
      heard.push([argsList, argsDict]);
    });
    await publisher.publish('com.t', { argsList: [1], argsDict: { k: 2 } });
    await expect(subscriber.call('com.unknown')).rejects.toBeDefined();
    await subscriber.unsubscribe(subscriptionId);
    await publisher.publish('com.t', { argsList: ['too late'] });
    await expect(subscriber.call('com.unknown')).rejects.toBeDefined();
    expect(heard).toEqual([[[1], { k: 2 }]]);
  });

  it.each(['skip', 'kill', 'killnowait'] as const)(
    'cancels with mode %s and stays connected',
    async (mode) => {
      const [callee, caller] = [await connect(), await connect()];
      let begun: () => void = () => {};
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      await callee.register('com.slow', () => {
        begun();
        return new Promise<null>(() => {});
      });
      const call = caller.call('com.slow');
      const outcome = expect(call).rejects.toMatchObject({ errorUri: 'wamp.error.canceled' });
      await started;
      caller.cancel(caller.getOpStatus().reqId, { mode });
      await outcome;
      await expect(callee.call('com.unknown')).rejects.toMatchObject({
        errorUri: 'wamp.error.no_such_procedure',
      });
      await expect(caller.call('com.unknown')).rejects.toMatchObject({
        errorUri: 'wamp.error.no_such_procedure',
      });
    },
  );
});

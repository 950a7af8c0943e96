import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AutobahnClient, autobahn, connectAutobahn } from '../../support/autobahn.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../../support/router-host.js';

describe('autobahn|js', () => {
  let host: RouterHost;
  const clients: AutobahnClient[] = [];

  beforeEach(async () => {
    host = await startRouterHost();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) if (client.session.isOpen) await client.close();
    await untilEmpty(host);
    await host.dispose();
  });

  async function connect(realm = 'realm1'): Promise<AutobahnClient> {
    const client = await connectAutobahn(host.url, realm);
    clients.push(client);
    return client;
  }

  it('joins, leaves with GOODBYE, and joins again', async () => {
    const first = await connect();
    expect(first.welcome).toMatchObject({ authrole: 'anonymous', realm: 'realm1' });
    expect(await first.close()).toBe('wamp.close.goodbye_and_out');
    const second = await connect();
    expect(second.session.id).not.toBe(first.session.id);
  });

  it('learns that a realm is unknown', async () => {
    await expect(connectAutobahn(host.url, 'nowhere')).rejects.toThrow('wamp.error.no_such_realm');
  });

  it('calls procedures with every kind of argument and result', async () => {
    const [callee, caller] = [(await connect()).session, (await connect()).session];
    await callee.register('com.echo', (args, kwargs) => new autobahn.Result(args, kwargs));
    await callee.register('com.plain', ([value]) => value);
    await callee.register('com.nothing', () => undefined);
    expect(await caller.call('com.echo', [1, 'zwei', null, [3]], { k: { deep: true } })).toMatchObject({
      args: [1, 'zwei', null, [3]],
      kwargs: { k: { deep: true } },
    });
    expect(await caller.call('com.echo', [], { only: 'kwargs' })).toMatchObject({
      kwargs: { only: 'kwargs' },
    });
    expect(await caller.call('com.plain', [[1, 2]])).toEqual([1, 2]);
    expect(await caller.call('com.nothing')).toBeNull();
  });

  it('gets errors with their URI, args and kwargs', async () => {
    const [callee, caller] = [(await connect()).session, (await connect()).session];
    await callee.register('com.fail', () => {
      throw new autobahn.Error('com.fail.reason', ['why'], { more: 1 });
    });
    await expect(caller.call('com.fail')).rejects.toMatchObject({
      error: 'com.fail.reason',
      args: ['why'],
      kwargs: { more: 1 },
    });
    await expect(caller.call('com.unknown')).rejects.toMatchObject({ error: 'wamp.error.no_such_procedure' });
  });

  it('registers a procedure once, and again after it has unregistered it', async () => {
    const [one, two] = [(await connect()).session, (await connect()).session];
    const registration = await one.register('com.a', () => 'one');
    await expect(two.register('com.a', () => 'two')).rejects.toMatchObject({
      error: 'wamp.error.procedure_already_exists',
    });
    await expect(one.register('com.a', () => 'one')).rejects.toMatchObject({
      error: 'wamp.error.procedure_already_exists',
    });
    await one.unregister(registration);
    await two.register('com.a', () => 'two');
    expect(await one.call('com.a')).toBe('two');
  });

  it('publishes and subscribes, with and without acknowledgement, with and without its own events', async () => {
    const [one, two] = [(await connect()).session, (await connect()).session];
    const heard: unknown[] = [];
    const subscription = await one.subscribe('com.t', (args, kwargs) => heard.push([args, kwargs]));
    await two.publish('com.t', [1], { k: 2 }, { acknowledge: true });
    await one.publish('com.t', ['to others'], {}, { acknowledge: true });
    await one.publish('com.t', ['to myself'], {}, { acknowledge: true, exclude_me: false });
    two.publish('com.t', ['unacknowledged']);
    // A session's messages are handled in order: the call comes after the publication.
    await expect(two.call('com.unknown')).rejects.toBeDefined();
    await one.unsubscribe(subscription);
    await two.publish('com.t', ['too late'], {}, { acknowledge: true });
    expect(heard).toEqual([
      [[1], { k: 2 }],
      [['to myself'], {}],
      [['unacknowledged'], {}],
    ]);
  });

  it('cancels with mode kill, and gets no INTERRUPT as a callee, because it does not support that', async () => {
    const [callee, caller] = [(await connect()).session, (await connect()).session];
    let finish: (value: string) => void = () => {};
    const started = new Promise<void>((resolve) => {
      void callee.register('com.slow', () => {
        resolve();
        return new Promise((settle) => {
          finish = settle;
        });
      });
    });
    await callee.call('com.unknown').catch(() => {});
    const call = caller.call('com.slow');
    await started;
    call.cancel({ mode: 'kill' });
    await expect(call).rejects.toMatchObject({ error: 'wamp.error.canceled' });
    finish('late');
    expect(callee.isOpen && caller.isOpen).toBe(true);
    await expect(caller.call('com.unknown')).rejects.toMatchObject({ error: 'wamp.error.no_such_procedure' });
  });

  it('gets wamp.error.timeout at the timeout of its call', async () => {
    const [callee, caller] = [(await connect()).session, (await connect()).session];
    await callee.register('com.slow', () => new Promise(() => {}));
    await expect(caller.call('com.slow', [], {}, { timeout: 40 })).rejects.toMatchObject({
      error: 'wamp.error.timeout',
    });
  });

  it('learns that the router closes', async () => {
    const client = await connect();
    void host.router.close();
    expect(await client.closed).toBe('wamp.close.system_shutdown');
  });
});

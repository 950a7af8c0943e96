import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { ALL_ROLES, connectRaw, hello, type RawClient } from '../../support/raw-client.js';

const ANY = expect.anything();
const closeLater = closeAfterEach();

interface CallUnderWay {
  readonly gateway: RunningGateway;
  readonly caller: RawClient;
  readonly callee: RawClient;
  /** The ID of the INVOCATION that the callee has not answered yet. */
  readonly invocation: unknown;
}

/** A gateway with a running call from one client to another. */
async function start(): Promise<CallUnderWay> {
  const readFile = () => '[{"uri": "realm1"}]';
  const gateway = await startGateway('security.config_file = security.json', { readFile });
  closeLater(() => gateway.stop(0));
  const [caller, callee] = [await join(gateway), await join(gateway)];
  callee.send([MESSAGE.REGISTER, 1, {}, 'com.work']);
  await callee.next();
  caller.send([MESSAGE.CALL, 1, {}, 'com.work']);
  const [, invocation] = await callee.next();
  return { gateway, caller, callee, invocation };
}

async function join({ url }: RunningGateway): Promise<RawClient> {
  const client = await connectRaw(url);
  closeLater(() => client.ws.terminate());
  expect((await hello(client, 'realm1', { roles: ALL_ROLES }))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

describe('a router that stops', () => {
  it('lets running calls between clients end, accepts no new ones, and then sends GOODBYE', async () => {
    const { gateway, caller, callee, invocation } = await start();
    const stopped = gateway.stop();
    caller.send([MESSAGE.CALL, 2, {}, 'com.work']);
    expect(await caller.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
      {},
      'wamp.error.unavailable',
      [ANY],
    ]);
    caller.send([MESSAGE.CALL, 3, {}, 'wamp.session.count']);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 3, {}, [2]]);
    callee.send([MESSAGE.YIELD, invocation, {}, ['done']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['done']]);
    for (const client of [caller, callee]) {
      expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
      client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    }
    await stopped;
  });

  it.each([
    ['its caller', ({ caller }: CallUnderWay) => caller],
    ['its callee', ({ callee }: CallUnderWay) => callee],
  ])('does not wait for a call when %s has disconnected', async (_who, whoGoes) => {
    const fixture = await start();
    const stopped = fixture.gateway.stop();
    whoGoes(fixture).close();
    await stopped;
  });

  it('waits for no call beyond its grace period, or that of a second stop', async () => {
    const { gateway, caller } = await start();
    const stopped = gateway.stop();
    await gateway.stop(0);
    await stopped;
    expect(await caller.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { createTurns, type Task } from '../../../src/turns.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectOctets } from '../../support/octet-client.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { connectRawSocket } from '../../support/raw-socket-client.js';
import { startRouterHost, until } from '../../support/router-host.js';

const closeLater = closeAfterEach();

/** Turns that can have no time: tasks that are added then wait until the test runs them. */
function createHeldTurns() {
  const real = createTurns(systemClock);
  const tasks: Task[] = [];
  let isHeld = false;
  return {
    tasks,
    hold() {
      isHeld = true;
    },
    turns: {
      get number() {
        return real.number;
      },
      hasTime: () => !isHeld && real.hasTime(),
      add: (task: Task) => (isHeld ? void tasks.push(task) : real.add(task)),
    },
    runAll() {
      for (const task of tasks.splice(0)) if (!task()) tasks.push(task);
    },
  };
}

async function start(protocol: 'websocket' | 'rawsocket') {
  const held = createHeldTurns();
  const host = await startRouterHost({ listener: { protocol, turns: held.turns } });
  closeLater(() => host.dispose());
  return { ...held, host };
}

async function connect(url: string): Promise<RawClient> {
  return closeLater(await (url.startsWith('ws') ? connectRaw(url) : connectRawSocket(url)));
}

describe.each(['websocket', 'rawsocket'] as const)(
  'HELLOs of many clients at the same moment: %s',
  (protocol) => {
    it('wait while the turn has no time, but calls of joined clients do not', async () => {
      const { host, tasks, hold, runAll } = await start(protocol);
      const joined = await connect(host.url);
      await hello(joined);
      const others = await Promise.all(Array.from({ length: 5 }, () => connect(host.url)));
      hold();
      const answers = others.map((other) => hello(other));
      await until(() => tasks.length === 5);
      joined.send([MESSAGE.CALL, 1, {}, 'wamp.session.count']);
      expect(await joined.next()).toEqual([MESSAGE.RESULT, 1, {}, [1]]);
      runAll();
      for (const answer of answers) expect((await answer)[0]).toBe(MESSAGE.WELCOME);
    });

    it('wait also after an earlier session of the same connection', async () => {
      const { host, tasks, hold, runAll } = await start(protocol);
      const client = await connect(host.url);
      await hello(client);
      client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect((await client.next())[0]).toBe(MESSAGE.GOODBYE);
      hold();
      const answer = hello(client);
      await until(() => tasks.length === 1);
      expect(host.router.counts().sessions).toBe(0);
      runAll();
      expect((await answer)[0]).toBe(MESSAGE.WELCOME);
    });
  },
);

describe('RawSocket handshakes of many clients at the same moment', () => {
  it('are answered in turns', async () => {
    const { host, tasks, hold, runAll } = await start('rawsocket');
    hold();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectOctets(host.url)));
    for (const client of clients) {
      closeLater(client);
      client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
    }
    await until(() => tasks.length === 5);
    expect(host.listener.counts().connections).toBe(0);
    runAll();
    expect(host.listener.counts().connections).toBe(5);
    for (const client of clients) expect(await client.read(4)).toHaveLength(4);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { createTurns, type Task } from '../../../src/turns.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { upgradeRequest, webSocketFrame } from '../../support/hostile-octets.js';
import { connectOctets, type OctetClient } from '../../support/octet-client.js';
import { type RouterHost, startRouterHost, until } from '../../support/router-host.js';

let host: RouterHost;
const closeLater = closeAfterEach();
beforeEach(async () => {
  host = await startRouterHost({ listener: { protocol: 'universal' } });
  closeLater(() => host.dispose());
});

async function dial(): Promise<OctetClient> {
  return closeLater(await connectOctets(host.url));
}

describe('HTTP requests to a listener', () => {
  it.each([
    ['plain ones', '', 426],
    ['those that expect something', 'Expect: something\r\n', 426],
    ['those that ask whether to continue', 'Expect: 100-continue\r\n', 426],
    ['those of another path', '', 404],
  ])('get one response for each connection: %s', async (_what, header, status) => {
    const client = await dial();
    const path = status === 404 ? '/other' : '/ws';
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`.repeat(500));
    const answers = (await client.rest()).toString('latin1').match(/HTTP\/1\.1 \d+/g);
    expect(answers).toEqual([`HTTP/1.1 ${status}`]);
  });

  it('pass the bytes behind an upgrade to WebSocket, however they are split', async () => {
    const hello = webSocketFrame(0x81, '[1,"realm1",{"roles":{"caller":{}}}]');
    const octets = Buffer.concat([upgradeRequest(), hello]);
    for (const pieces of [
      [octets],
      [octets.subarray(0, 30), octets.subarray(30)],
      [...octets].map((one) => Buffer.from([one])),
    ]) {
      const client = await dial();
      client.socket.setNoDelay(true);
      for (const piece of pieces) client.write(piece);
      let answer = '';
      while (!answer.includes('[2,')) answer += (await client.read(1)).toString('latin1');
      expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    }
  });

  it('from many clients at the same moment are parsed in the shared turns', async () => {
    const tasks: Task[] = [];
    const shared = createTurns(systemClock);
    const turns = { number: 0, hasTime: () => true, add: (task: Task) => void tasks.push(task) };
    await host.dispose();
    host = await startRouterHost({ listener: { protocol: 'universal', turns } });
    const clients = await Promise.all(Array.from({ length: 20 }, dial));
    for (const client of clients) client.write(upgradeRequest());
    await until(() => tasks.length === 20);
    expect(host.listener.counts().connections).toBe(0);
    tasks[0]?.();
    expect(host.listener.counts().connections).toBe(1);
    for (const task of tasks.slice(1)) shared.add(task);
    await Promise.all(clients.map((client) => client.read(100)));
    expect(host.listener.counts().connections).toBe(20);
  });
});

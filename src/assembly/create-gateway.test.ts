import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { parseConfig } from '../config/load-config.js';
import { createGateway } from './create-gateway.js';

const config = parseConfig(billingConf('http://127.0.0.1:9', 'listeners.main.port = 0'), { env: {} });

const accepts = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

it('a gateway that is stopped closes a listener that is still opening', async () => {
  const gateway = createGateway(config);
  await Promise.all([gateway.start(), gateway.stop(0)]);
  expect(gateway.endpoints).toEqual([]);
  await gateway.start();
  const [url = ''] = gateway.endpoints;
  expect(await accepts(url)).toBe(true);
  await gateway.stop(0);
  expect(await accepts(url)).toBe(false);
});

it('a gateway refuses a second start and keeps running', async () => {
  const gateway = createGateway(config);
  await gateway.start();
  await expect(gateway.start()).rejects.toThrow('started already');
  expect(await accepts(gateway.endpoints[0] ?? '')).toBe(true);
  await gateway.stop(0);
});

it('a gateway that waits for a router stops at once, and can be started again', async () => {
  const url = 'router.url = ws://127.0.0.1:9/ws';
  const gateway = createGateway(parseConfig(billingConf('http://127.0.0.1:9', url), { env: {} }));
  for (let round = 0; round < 2; round++) {
    const starting = gateway.start();
    const stopping = gateway.stop();
    await expect(starting).rejects.toMatchObject({ code: 'stopped' });
    await stopping;
  }
  expect(gateway.links).toEqual([]);
});

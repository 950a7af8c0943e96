import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Wampy } from 'wampy';
import { type AutobahnClient, connectAutobahn } from '../../support/autobahn.js';
import { type RouterHost, startRouterHost, untilEmpty } from '../../support/router-host.js';
import { connectWampy } from '../../support/wampy.js';

const CONTEXT = {
  _traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  _tracestate: 'acme=t61rcWkgMzE',
  _baggage: 'tenant=acme',
};

let host: RouterHost;
let autobahn: AutobahnClient;
let wampy: Wampy;

beforeEach(async () => {
  host = await startRouterHost();
  autobahn = await connectAutobahn(host.url, 'realm1');
  wampy = (await connectWampy(host.url, 'realm1')).client;
});
afterEach(async () => {
  await autobahn.close();
  await wampy.disconnect();
  await untilEmpty(host);
  await host.dispose();
});

it('the trace context of a call by autobahn|js is in the details of an invocation of wampy', async () => {
  const invoked: unknown[] = [];
  await wampy.register('com.a', ({ details }) => {
    invoked.push(details);
    return null;
  });
  await autobahn.session.call('com.a', [], {}, CONTEXT);
  expect(invoked).toEqual([expect.objectContaining(CONTEXT)]);
});

it('the trace context of an event by autobahn|js is in the details of an event of wampy', async () => {
  const heard = new Promise((resolve) => {
    void wampy
      .subscribe('com.t', ({ details }) => resolve(details))
      .then(() => autobahn.session.publish('com.t', [], {}, { ...CONTEXT, acknowledge: true }));
  });
  expect(await heard).toEqual(expect.objectContaining(CONTEXT));
});

it('a trace context of wampy does not disturb autobahn|js, which does not show it', async () => {
  const heard = new Promise((resolve) => {
    void autobahn.session
      .subscribe('com.t', (args) => resolve(args))
      .then(() => wampy.publish('com.t', { argsList: [1] }, { ...CONTEXT }));
  });
  expect(await heard).toEqual([1]);
  await autobahn.session.register('com.a', ([value]) => value);
  expect(await wampy.call('com.a', { argsList: [2] }, { ...CONTEXT })).toMatchObject({ argsList: [2] });
});

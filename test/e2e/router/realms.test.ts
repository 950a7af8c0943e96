import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCaller } from '../../support/caller.js';
import { type RunningGateway, startGateway } from '../../support/gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';

/** One service with the same URI in two realms, and another URI in only one of them. */
const conf = (url: string): string => {
  const procedure = (name: string, uri: string, realm: string, path: string) => `
rpc_gateway.services.shop.procedures.${name}.uri = ${uri}
http_connector.services.shop.procedures.${name}.realm = ${realm}
rpc_gateway.services.shop.procedures.${name}.path = ${path}`;
  return `rpc_gateway.services.shop.base_url = ${url}
rpc_gateway.services.shop.headers.X-Realm = {{realm}}
${procedure('de', 'com.shop.list', 'com.example.de', '/de/items')}
${procedure('fr', 'com.shop.list', 'com.example.fr', '/fr/items')}
${procedure('only', 'com.shop.only', 'com.example.fr', '/fr/only')}`;
};

describe('two realms', () => {
  let upstream: RecordingUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateway = await startGateway(conf(upstream.url));
  });
  afterAll(async () => {
    await gateway.stop(0);
    await upstream.close();
  });

  it('each have a procedure under the same URI', async () => {
    for (const country of ['de', 'fr']) {
      const caller = await connectCaller(gateway.url, `com.example.${country}`);
      expect((await caller.call('com.shop.list', { realm: 'forged' })).kind).toBe('result');
      const seen = upstream.requests.at(-1);
      expect([seen?.url, seen?.headers['x-realm']]).toEqual([
        `/${country}/items?realm=forged`,
        `com.example.${country}`,
      ]);
      await caller.close();
    }
  });

  it('do not see procedures of the other one', async () => {
    const caller = await connectCaller(gateway.url, 'com.example.de');
    expect((await caller.call('com.shop.only')).uri).toBe('wamp.error.no_such_procedure');
    await caller.close();
  });

  it('are the only realms', async () => {
    expect(gateway.realms).toEqual(['com.example.de', 'com.example.fr']);
    expect(gateway.procedureCount).toBe(3);
    await expect(connectCaller(gateway.url, 'com.example.it')).rejects.toThrow('wamp.error.no_such_realm');
  });
});

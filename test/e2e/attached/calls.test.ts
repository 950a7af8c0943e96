import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttachedFixture, openAttachedFixture } from '../../support/attached-fixture.js';
import { until } from '../../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const TLS = [`tls.certfile = ${TLS_FILES.serverCert}`, `tls.keyfile = ${TLS_FILES.serverKey}`];
const CA = `router.tls.cacertfile = ${TLS_FILES.ca}`;
const SERIALIZERS = ['json', 'msgpack', 'cbor'] as const;

describe("the guide's calls, with a gateway attached to our own router", () => {
  let fixture: AttachedFixture;
  let folder: TemporaryFolder;
  let urls: Readonly<Record<string, string>>;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    const listener = (name: string, protocol: string, ...lines: readonly string[]) =>
      [`protocol = ${protocol}`, ...lines].map((line) => `listeners.${name}.${line}`);
    fixture = await openAttachedFixture({
      routerLines: [
        ...listener('raw', 'rawsocket', 'port = 0'),
        ...listener('unix', 'rawsocket', `socket = ${join(folder.path, 'router.sock')}`),
        ...listener('wss', 'websocket', 'port = 0', ...TLS),
        ...listener('rss', 'rawsocket', 'port = 0', ...TLS),
      ],
      respond: ({ method, url, text }) =>
        method === 'POST'
          ? { status: 201, json: { created: JSON.parse(text) } }
          : { json: { id: url.split('/').at(-1), method } },
    });
    const found = (scheme: string) => fixture.router.endpoints.find((url) => url.startsWith(scheme)) ?? '';
    urls = {
      ws: found('ws://'),
      rs: found('rs://127'),
      unix: `rs://unix:${join(folder.path, 'router.sock')}`,
      wss: found('wss://'),
      rss: found('rss://'),
    };
  });
  afterAll(async () => {
    await fixture.close();
    folder.remove();
  });

  const CASES = [
    ...SERIALIZERS.flatMap((serializer) => ['ws', 'unix'].map((way) => [way, serializer] as const)),
    ['rs', 'json'],
    ['wss', 'json'],
    ['rss', 'msgpack'],
  ] as const;

  it.each(CASES)('work over %s with %s', async (way, serializer) => {
    const { gateway } = await fixture.attachAndWait(
      [`router.serializer = ${serializer}`, ...(way.endsWith('ss') ? [CA] : [])],
      urls[way] ?? '',
    );
    const { caller } = fixture;
    expect(await caller.call('com.billing.get_invoice', { id: 'INV-001' })).toMatchObject({
      kwargs: { status: 200, body: { id: 'INV-001', method: 'GET' } },
    });
    expect(
      await caller.call('com.billing.create_invoice', { amount: 12.5, lines: [{ ä: '✓' }] }),
    ).toMatchObject({
      kwargs: { status: 201, body: { created: { amount: 12.5, lines: [{ ä: '✓' }] } } },
    });
    expect(await caller.call('com.billing.delete_invoice', { id: 7 })).toMatchObject({
      kwargs: { status: 200, body: { id: '7', method: 'DELETE' } },
    });
    expect(gateway.routers).toEqual([urls[way]]);
    await gateway.stop();
    expect(await caller.call('com.billing.get_invoice', { id: 1 })).toMatchObject({
      uri: 'wamp.error.no_such_procedure',
    });
  });

  it('refuses the certificate of a router that no CA has signed', async () => {
    const attached = fixture.attach([], urls['wss']);
    await until(() => attached.log.records().length > 0);
    expect(attached.log.records()[0]).toMatchObject({
      advice:
        'set router.tls.cacertfile to the CA of the router, and router.tls.servername to the name in its certificate',
    });
    await attached.gateway.stop();
  });

  it('opens no listener', async () => {
    const { gateway } = await fixture.attachAndWait(['listeners.other.port = 1']);
    expect(gateway.endpoints).toEqual([]);
    await gateway.stop();
  });
});

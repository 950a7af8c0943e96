import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { createGateway, type GatewayOptions } from '../../../src/assembly/create-gateway.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { listenOnPort } from '../../../src/transport/tcp-server.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { keepLog } from '../../support/log-lines.js';
import { openRawHttp, rawRequest, requestText } from '../../support/raw-http.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { awsVariables, replaceAwsEnvironment, startSecretsManager } from '../../support/secrets-manager.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const closing = closeAfterEach();

const HOST = 'Host: localhost';

/** Creates a gateway in front of an API, and stops both after the test. */
async function create(lines: readonly string[], options: GatewayOptions = {}) {
  const upstream = closing(await startRecordingUpstream());
  const log = keepLog('debug');
  const gateway = createGateway(parseConfig(billingConf(upstream.url, ...lines), { env: {} }), {
    log: log.log,
    ...options,
  });
  closing(() => gateway.stop(0));
  return { upstream, log, gateway };
}

const ADMIN = ['listeners.clients.port = 0', 'listeners.ops.protocol = admin', 'listeners.ops.port = 0'];

async function start(lines: readonly string[] = ADMIN, options: GatewayOptions = {}) {
  const parts = await create(lines, options);
  await parts.gateway.start();
  const [url = ''] = parts.gateway.adminEndpoints;
  return { ...parts, url };
}

/** Starts a gateway that waits for a secret. */
async function startSlowly(lines: readonly string[]) {
  const secrets = closing(await startSecretsManager());
  secrets.hang();
  closing(replaceAwsEnvironment(awsVariables(secrets.url)));
  const clock = createFakeClock();
  const { gateway } = await create(
    [
      ...lines,
      '+liveness.enabled = off',
      '+auth.secrets.provider = aws_sm',
      '+auth.secrets.secret_id = arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds',
      '+auth.secrets.region = us-east-1',
      '+auth.secrets.vars.client_id.field = CLIENT_ID',
      '+auth.secrets.vars.client_id.transform = none',
      '+auth.apply.format = {{client_id}}',
      '+auth.vars.token = t',
    ],
    { clock },
  );
  const started = gateway.start();
  await secrets.arrived(1);
  const [url = ''] = gateway.adminEndpoints;
  return {
    gateway,
    url,
    async finish() {
      clock.advance(3_000);
      await started;
    },
  };
}

const get = (url: string, path: string) => rawRequest(url, requestText(path, [HOST]));
const post = (url: string, path: string) => rawRequest(url, requestText(`POST ${path}`, [HOST]));
const json = ({ body }: { readonly body: string }) => JSON.parse(body) as Record<string, unknown>;

describe('an admin listener', () => {
  it('answers the state of the gateway, which names the listener too', async () => {
    const { gateway, url } = await start();
    const { status, body } = await get(url, '/status');
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        ...gateway.status(),
        uptime_seconds: expect.any(Number),
        listeners: [
          expect.objectContaining({ name: 'clients', protocol: 'websocket' }),
          {
            name: 'ops',
            protocol: 'admin',
            urls: [url],
            connections: 1,
            certificate_expires_at: null,
          },
        ],
      },
    ]);
    expect(gateway.endpoints).toEqual([expect.stringMatching(/^ws:/)]);
  });

  it('answers the metrics', async () => {
    const { gateway, url } = await start();
    const caller = closing(await connectCaller(gateway.endpoints[0]!));
    await caller.call('com.billing.get_invoice', { id: 'INV-1' });
    const { status, body } = await get(url, '/metrics');
    expect(status).toBe(200);
    expect(body).toContain('rpc_gateway_requests_total{');
    expect(body).toContain('rpc_gateway_listener_connections{listener="clients"} 1');
  });

  it('acts on services', async () => {
    const { gateway, url } = await start();
    const caller = closing(await connectCaller(gateway.endpoints[0]!));
    expect((await post(url, '/services/billing/disable')).status).toBe(200);
    const refused = await caller.call('com.billing.get_invoice', { id: 'INV-1' }).catch((error) => error);
    expect(refused).toMatchObject({ kwargs: { code: 'down' } });
    expect(json(await get(url, '/status'))['services']).toMatchObject([{ state: 'disabled' }]);
    expect((await post(url, '/services/billing/enable')).status).toBe(200);
    await caller.call('com.billing.get_invoice', { id: 'INV-1' });
    expect((await post(url, '/services/shop/enable')).status).toBe(404);
    expect((await post(url, '/services/billing/refresh-token')).status).toBe(409);
  });

  it('opens first, and says what the gateway waits for', async () => {
    const { gateway, url, finish } = await startSlowly(ADMIN);
    const { status, body } = await get(url, '/readyz');
    expect([status, JSON.parse(body)]).toEqual([
      503,
      { ready: false, missing: [expect.stringMatching(/^service billing: /)] },
    ]);
    expect((await get(url, '/livez')).status).toBe(200);
    expect(json(await get(url, '/status'))).toMatchObject({
      state: 'starting',
      listeners: [{ name: 'ops' }],
    });
    expect(gateway.endpoints).toEqual([]);
    await finish();
    expect((await get(url, '/readyz')).status).toBe(200);
  });

  it('is not ready from the first moment of a stop, and closes last', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = closing(
      await startRecordingUpstream(async () => {
        await held;
        return {};
      }),
    );
    const gateway = createGateway(parseConfig(billingConf(upstream.url, ...ADMIN), { env: {} }));
    await gateway.start();
    const [url = ''] = gateway.adminEndpoints;
    const caller = closing(await connectCaller(gateway.endpoints[0]!));
    const call = caller.call('com.billing.get_invoice', { id: 'INV-1' });
    await upstream.arrived(1);
    const stopped = gateway.stop();
    const { status, body } = await get(url, '/readyz');
    expect([status, JSON.parse(body)]).toEqual([503, { ready: false, missing: ['the gateway is stopping'] }]);
    expect((await get(url, '/livez')).status).toBe(200);
    release();
    await call;
    await stopped;
    await expect(openRawHttp(url)).rejects.toThrow('ECONNREFUSED');
    expect(gateway.adminEndpoints).toEqual([]);
  });

  it('can have TLS', async () => {
    const { url } = await start([
      ...ADMIN,
      `listeners.ops.tls.certfile = ${TLS_FILES.serverCert}`,
      `listeners.ops.tls.keyfile = ${TLS_FILES.serverKey}`,
    ]);
    expect(url).toMatch(/^https:/);
    const { status } = await get(url, '/livez');
    const foreign = await rawRequest(url, requestText('/livez', [HOST, 'Origin: http://localhost']));
    expect([status, foreign.status]).toEqual([200, 403]);
  });

  it('can demand a certificate of its clients', async () => {
    const { gateway, url } = await start([
      ...ADMIN,
      `listeners.ops.tls.certfile = ${TLS_FILES.serverCert}`,
      `listeners.ops.tls.keyfile = ${TLS_FILES.serverKey}`,
      `listeners.ops.tls.cacertfile = ${TLS_FILES.ca}`,
    ]);
    const stranger = closing(await openRawHttp(url));
    stranger.send(requestText('/livez', [HOST]));
    await expect(stranger.response()).rejects.toThrow('no complete response');
    const operator = closing(await openRawHttp(url, { certificate: true }));
    operator.send(requestText('/livez', [HOST]));
    expect((await operator.response()).status).toBe(200);
    await vi.waitFor(() => expect(gateway.status().listeners[1]?.connections).toBe(1));
  });

  it('stays closed if its port is busy, and so does the gateway', async () => {
    const server = createServer();
    closing(() => server.close());
    const port = await listenOnPort(server, '127.0.0.1', 0);
    const { gateway } = await create([...ADMIN, `listeners.ops.port = ${port}`]);
    await expect(gateway.start()).rejects.toMatchObject({ code: 'listen' });
    expect(gateway.endpoints).toEqual([]);
  });
});

describe('the default admin listener', () => {
  it('only warns if its port is busy', async () => {
    const upstream = closing(await startRecordingUpstream());
    const server = createServer();
    closing(() => server.close());
    const port = await listenOnPort(server, '127.0.0.1', 0);
    const config = parseConfig(billingConf(upstream.url), { env: {} });
    // The ports of the default listeners may be busy on the machine of the test.
    const listeners = config.listeners.map((listener) => ({
      ...listener,
      settings: { ...listener.settings, port: listener.isAdmin ? port : 0 },
    }));
    const log = keepLog();
    const gateway = createGateway({ ...config, listeners }, { log: log.log });
    closing(() => gateway.stop(0));
    await gateway.start();
    expect([gateway.endpoints.length, gateway.adminEndpoints]).toEqual([2, []]);
    expect(log.records()).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'the gateway has no admin listener',
        cause: `cannot listen on 127.0.0.1:${port}: the port is in use`,
      }),
    );
  });
});

describe('one port for operators and WAMP clients', () => {
  const BOTH = [
    'listeners.both.protocol = http',
    'listeners.both.services = wamp_ws, admin_api',
    'listeners.both.port = 0',
  ];

  async function startBoth(lines: readonly string[] = []) {
    const { gateway, log } = await start([...BOTH, ...lines]);
    const [endpoint = ''] = gateway.endpoints;
    return { gateway, log, endpoint, url: endpoint.replace(/^ws/, 'http').replace(/\/ws$/, '') };
  }

  it('serves both', async () => {
    const { gateway, endpoint, url } = await startBoth();
    const caller = closing(await connectCaller(endpoint));
    await caller.call('com.billing.get_invoice', { id: 'INV-1' });
    const { status, headers, body } = await get(url, '/status');
    expect([status, headers.get('connection')]).toEqual([200, ['close']]);
    expect(JSON.parse(body)).toMatchObject({ state: 'ready', listeners: [{ name: 'both', connections: 1 }] });
    expect((await post(url, '/services/billing/disable')).status).toBe(200);
    expect((await get(url, '/ws')).status).toBe(426);
    expect(gateway.endpoints).toEqual([endpoint]);
  });

  it('reads the body of a request, even if it comes late', async () => {
    const { url } = await startBoth();
    const head = (length: number) =>
      requestText('POST /services/billing/probe', [
        HOST,
        'Content-Type: application/json',
        `Content-Length: ${length}`,
      ]);
    expect((await rawRequest(url, `${head(2)}{}`)).status).toBe(200);
    const http = closing(await openRawHttp(url));
    http.send(`${head(7)}{"x`);
    await new Promise((resolve) => setImmediate(resolve));
    http.send('":1}');
    expect(json(await http.response())).toEqual({
      error: 'bad_request',
      message: 'This path has no parameters.',
    });
  });

  it('has the same security', async () => {
    const { url } = await startBoth(['admin.token = a-long-and-secret-token']);
    expect((await get(url, '/status')).status).toBe(401);
    expect((await rawRequest(url, requestText('/livez', ['Host: evil.example.com']))).status).toBe(403);
    expect((await get(url, '/livez')).status).toBe(200);
    const { status } = await rawRequest(
      url,
      requestText('/status', [HOST, 'Authorization: Bearer a-long-and-secret-token']),
    );
    expect(status).toBe(200);
  });

  it('answers one request of each connection', async () => {
    const { url } = await startBoth();
    const http = closing(await openRawHttp(url));
    http.send(requestText('/livez', [HOST]).repeat(2));
    await http.closed;
    await http.response().catch(() => {});
    await expect(http.response()).rejects.toThrow('no complete response');
  });

  it('opens first, and refuses WAMP clients until the gateway is ready', async () => {
    const { gateway, finish } = await startSlowly([
      ...BOTH,
      'listeners.raw.protocol = rawsocket',
      'listeners.raw.port = 0',
    ]);
    const [endpoint = ''] = gateway.endpoints;
    expect(gateway.endpoints).toHaveLength(1);
    expect((await get(endpoint.replace(/^ws(.*)\/ws$/, 'http$1'), '/readyz')).status).toBe(503);
    await expect(connectCaller(endpoint)).rejects.toThrow('503');
    await finish();
    closing(await connectCaller(endpoint));
    expect(gateway.endpoints).toEqual([endpoint, expect.stringMatching(/^rs:/)]);
  });
});

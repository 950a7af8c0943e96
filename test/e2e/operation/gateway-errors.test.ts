import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGateway, GATEWAY_ERROR_CODES, GatewayError, parseConfig } from '../../../src/index.js';
import { billingConf } from '../../support/billing-conf.js';
import { PRIVATE_KEY, pemOf } from '../../support/logins.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

describe('a gateway that cannot start', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-errors-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const configOf = (...lines: string[]) =>
    parseConfig([billingConf('http://127.0.0.1:9'), ...lines, ''].join('\n'), { env: {} });
  const gatewayOn = (port: string) => createGateway(configOf(`listeners.main.port = ${port}`));

  const FAILURES: Readonly<Record<string, () => Promise<unknown>>> = {
    async already_started() {
      const gateway = gatewayOn('0');
      await gateway.start();
      return gateway.start().finally(() => gateway.stop());
    },
    async listen() {
      const first = gatewayOn('0');
      await first.start();
      const { port } = new URL(first.endpoints[0] as string);
      return gatewayOn(port)
        .start()
        .finally(() => first.stop());
    },
    async listener_tls() {
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      copyFileSync(TLS_FILES.serverCert, cert);
      copyFileSync(TLS_FILES.serverKey, key);
      const config = configOf(
        'listeners.safe.port = 0',
        `listeners.safe.tls.certfile = ${cert}`,
        `listeners.safe.tls.keyfile = ${key}`,
      );
      rmSync(key);
      return createGateway(config).start();
    },
    async router_key() {
      const key = join(folder, 'key.pem');
      writeFileSync(key, pemOf(PRIVATE_KEY));
      const config = configOf(
        'router.url = ws://127.0.0.1:9/ws',
        'router.sessions.main.realm = com.example.myrealm',
        'router.sessions.main.authmethod = cryptosign',
        `router.sessions.main.private_key_file = ${key}`,
      );
      rmSync(key);
      return createGateway(config);
    },
    async router_tls() {
      const ca = join(folder, 'ca.pem');
      copyFileSync(TLS_FILES.serverCert, ca);
      const config = configOf('router.url = wss://127.0.0.1:9/ws', `router.tls.cacertfile = ${ca}`);
      rmSync(ca);
      return createGateway(config);
    },
    async service_proxy() {
      const config = parseConfig(billingConf('https://billing.example.com'), { env: {} });
      return createGateway(config, { env: { https_proxy: 'socks5://proxy.example.com:1080' } });
    },
    async service_tls() {
      const ca = join(folder, 'ca.pem');
      copyFileSync(TLS_FILES.serverCert, ca);
      const config = configOf(`rpc_gateway.services.billing.tls.cacertfile = ${ca}`);
      rmSync(ca);
      return createGateway(config);
    },
    async service_vault() {
      const service = 'rpc_gateway.services.billing.auth.secrets';
      const config = configOf(
        `${service}.provider = vault`,
        `${service}.secret_id = secret/billing`,
        `${service}.vars.token.field = TOKEN`,
      );
      return createGateway(config, { env: {} });
    },
    async stopped() {
      const gateway = createGateway(configOf('router.url = ws://127.0.0.1:9/ws'));
      const starting = gateway.start();
      await gateway.stop();
      return starting;
    },
    async tracing_packages() {
      const resolver = Module as unknown as { _resolveFilename: () => string };
      const notFound = vi.spyOn(resolver, '_resolveFilename').mockImplementation(() => {
        throw new Error('not found');
      });
      try {
        return createGateway(configOf('tracing.otlp.endpoint = http://127.0.0.1:9'));
      } finally {
        notFound.mockRestore();
      }
    },
  };

  it('has a test for every code', () => {
    expect(Object.keys(FAILURES)).toEqual([...GATEWAY_ERROR_CODES]);
  });

  it.each(Object.entries(FAILURES))('throws a GatewayError with the code %s', async (code, fail) => {
    const error = await fail().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ name: 'GatewayError', code, message: expect.stringMatching(/\w/) });
  });

  it('has the code listen when a file exists at the path of a Unix socket', async () => {
    const socket = join(folder, 'file');
    writeFileSync(socket, '');
    const gateway = createGateway(
      configOf('listeners.raw.protocol = wamp_rawsocket', `listeners.raw.socket = ${socket}`),
    );
    await expect(gateway.start()).rejects.toMatchObject({ name: 'GatewayError', code: 'listen' });
  });
});

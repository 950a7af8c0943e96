import { describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { check } from '../../../src/cli/check.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeHost } from '../../support/fake-host.js';
import { startFakeVault } from '../../support/fake-vault.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';
import { operateVault } from '../../support/vault-fixture.js';

const GET = 'com.billing.get_invoice';
const ID = { id: 1 };
const SECRETS = [
  '+auth.secrets.provider = vault',
  '+auth.secrets.secret_id = secret/billing',
  '+auth.secrets.vars.token.field = TOKEN',
  '+auth.apply.format = Bearer {{token}}',
];
const TOKEN = plantedSecret('vault-token');
const closeLater = closeAfterEach();

async function open(lines: readonly string[] = [], namespace = '') {
  const vault = closeLater(await startFakeVault());
  const operator = await operateVault(vault);
  await operator.write('secret/data/billing', { TOKEN: plantedSecret('first') });
  await operator.issue({ id: TOKEN });
  const env = { VAULT_ADDR: `${vault.address}/`, VAULT_TOKEN: TOKEN, VAULT_NAMESPACE: namespace };
  const start = async () =>
    closeLater(await openGatewayFixture({ lines: [...SECRETS, ...lines], gateway: { env } }));
  return { vault, operator, start };
}

describe('a service whose secret is in Vault', () => {
  it('uses the secret, by the variables of the environment', async () => {
    const { start, vault } = await open([], 'acme');
    const { caller, upstream } = await start();
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    expect(upstream.requests[0]!.headers.authorization).toBe(`Bearer ${plantedSecret('first')}`);
    expect(vault.requests.at(-1)!.headers['x-vault-namespace']).toBe('acme');
  });

  it('is not ready before the secret is read, and reads it again', async () => {
    const { start, vault, operator } = await open(['+auth.secrets.refresh_interval = 20ms']);
    vault.respondWith(() => ({ status: 503, json: { errors: ['Vault is sealed'] } }));
    const { caller, upstream, log } = await start();
    expect(ownError(await caller.call(GET, ID))).toMatchObject({ status: 503, code: 'secrets' });
    expect(log.text()).toContain('Vault: Vault is sealed or in maintenance (status 503)');
    vault.respondWith(undefined);
    const sent = async () => {
      await caller.call(GET, ID);
      return upstream.requests.at(-1)?.headers.authorization;
    };
    await expect.poll(sent, { timeout: 10_000 }).toBe(`Bearer ${plantedSecret('first')}`);
    await operator.write('secret/data/billing', { TOKEN: plantedSecret('second') });
    await expect.poll(sent, { timeout: 10_000 }).toBe(`Bearer ${plantedSecret('second')}`);
  });

  it('shows neither the secret nor the login to anybody', async () => {
    const { start, vault } = await open([
      'log.calls = all',
      'listeners.ops.protocol = admin',
      'listeners.ops.port = 0',
      '+auth.secrets.refresh_interval = 20ms',
    ]);
    const { caller, gateway, log } = await start();
    const answers = [await caller.call(GET, ID)];
    for (const response of [
      { status: 403, json: { errors: [plantedSecret('error')] } },
      { json: { data: { data: { OTHER: plantedSecret('other') }, metadata: { version: 1 } } } },
      { body: plantedSecret('html') },
    ]) {
      vault.respondWith(() => response);
      const before = log.records().length;
      await expect
        .poll(
          () =>
            log
              .records()
              .slice(before)
              .some(({ msg }) => /secret is unreadable/.test(String(msg))),
          {
            timeout: 10_000,
          },
        )
        .toBe(true);
      answers.push(await caller.call(GET, ID));
    }
    const pages = await Promise.all(
      ['/status', '/configuration', '/services/billing', '/metrics'].map(async (path) =>
        (await fetch(`${gateway.adminEndpoints[0]}${path}`)).text(),
      ),
    );
    const everything = [...answers.map(({ frame }) => frame), log.text(), ...pages].join('\n');
    expect(everything).toContain('"vault"');
    expect(leaksIn(everything)).toEqual([]);
  });
});

describe('a configuration with Vault', () => {
  const configure = (lines: readonly string[], env: Readonly<Record<string, string>>) =>
    createGateway(
      parseConfig(billingConf('https://billing.example.com', ...SECRETS, ...lines), { env: {} }),
      { env },
    );

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['no address', [], { VAULT_TOKEN: 't' }, /address of Vault is missing.*VAULT_ADDR/],
    ['no login', [], { VAULT_ADDR: 'http://127.0.0.1:1' }, /login at Vault is missing.*VAULT_TOKEN/],
    ['a wrong address', [], { VAULT_ADDR: TOKEN }, /VAULT_ADDR is not usable: must be a URL/],
    [
      'a wrong namespace',
      [],
      { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_NAMESPACE: `${TOKEN} x` },
      /VAULT_NAMESPACE is not/,
    ],
    [
      'a file that is no certificate',
      [`+auth.secrets.vault.cacertfile = ${TLS_FILES.serverKey}`],
      { VAULT_ADDR: 'https://vault.example.com', VAULT_TOKEN: 't' },
      /vault\.cacertfile|cacertfile/,
    ],
  ])('is refused at the start with %s', (_, lines, env, message) => {
    expect(() => configure(lines, env)).toThrow(message);
    expect(() => configure(lines, env)).not.toThrow(TOKEN);
  });

  it('has the way to Vault in the output of check', async () => {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const env = {
      VAULT_ADDR: 'https://vault.example.com:8200',
      VAULT_TOKEN: TOKEN,
      https_proxy: 'http://proxy.example.com:3128',
    };
    const host = createFakeHost(env);
    await check({ config: folder.write('bondy.conf', billingConf('http://127.0.0.1:9', ...SECRETS)) }, host);
    expect(host.out()).toContain(
      '    https://vault.example.com:8200 (Vault) through http://proxy.example.com:3128 (https_proxy)',
    );
    expect(leaksIn(host.out() + host.err())).toEqual([]);
  });
});

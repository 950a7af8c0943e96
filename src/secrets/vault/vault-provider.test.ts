import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../../test/support/close-after-each.js';
import { startEgressProxy } from '../../../test/support/egress-proxy.js';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { startFakeVault } from '../../../test/support/fake-vault.js';
import { freePort } from '../../../test/support/free-port.js';
import { leaksIn, plantedSecret } from '../../../test/support/planted-secrets.js';
import { HANG, RESET, type UpstreamResponse } from '../../../test/support/recording-upstream.js';
import { createTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { TLS_FILES } from '../../../test/support/tls-fixtures.js';
import { vaultContract } from '../../../test/support/vault-contract.js';
import { operateVault } from '../../../test/support/vault-fixture.js';
import { parseProxyUrl } from '../../config/types/proxy-url.js';
import type { Route } from '../../upstream/proxy/routes.js';
import { readVaultTls } from '../../upstream/tls.js';
import type { VaultLogin } from './vault-options.js';
import { createVaultProvider } from './vault-provider.js';

describe('with a fake Vault', () => vaultContract(() => startFakeVault()));

const closeLater = closeAfterEach();
const DIRECT: Route = { kind: 'direct', why: 'unset' };

async function open(options: { tls?: boolean } = {}) {
  const clock = createFakeClock();
  const vault = closeLater(await startFakeVault({ ...options, now: clock.monotonic }));
  const folder = createTemporaryFolder();
  closeLater(() => folder.remove());
  return {
    clock,
    vault,
    folder,
    provider: (
      login: VaultLogin,
      rest: { namespace?: string; route?: Route; cas?: string[]; address?: string } = {},
    ) =>
      closeLater(
        createVaultProvider({
          server: {
            address: rest.address ?? vault.address,
            namespace: rest.namespace,
            tls: readVaultTls({ 'auth.secrets.vault.cacertfile': rest.cas }),
            route: rest.route ?? DIRECT,
            clock,
          },
          path: 'secret/data/billing',
          login,
          random: () => 0,
        }),
      ),
  };
}

async function openWithSecret() {
  const opened = await open();
  const operator = await operateVault(opened.vault);
  await operator.write('secret/data/billing', { CLIENT_ID: 'id-2' });
  return { ...opened, operator };
}

const TOKEN: VaultLogin = { kind: 'token', token: 'hvs.root' };

describe('the provider vault', () => {
  it('sends the token, and the namespace with each request', async () => {
    const { vault, provider, operator } = await openWithSecret();
    const token = await operator.issue();
    const before = vault.requests.length;
    await provider({ kind: 'token', token }, { namespace: 'acme/billing' }).read();
    const sent = vault.requests.slice(before);
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/auth/token/lookup-self',
      'GET /v1/sys/internal/ui/mounts/secret/data/billing',
      'GET /v1/secret/data/billing',
    ]);
    expect(new Set(sent.map(({ connection }) => connection)).size).toBe(1);
    for (const { headers } of sent) {
      expect(headers).toMatchObject({
        'x-vault-token': token,
        'x-vault-namespace': 'acme/billing',
        'x-vault-request': 'true',
      });
    }
  });

  it('sends only the read while its login is valid, and logs in again after it', async () => {
    const { vault, provider, operator, folder, clock } = await openWithSecret();
    const { roleId, secretId } = await operator.createAppRole({ token_ttl: '60s', token_type: 'batch' });
    const secretIdFile = folder.write('secret-id', secretId);
    const reader = provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile });
    const urls = async () => {
      const before = vault.requests.length;
      await reader.read();
      return vault.requests.slice(before).map(({ url }) => url);
    };
    const login = '/v1/auth/approle/login';
    const mount = '/v1/sys/internal/ui/mounts/secret/data/billing';
    expect(await urls()).toEqual([login, mount, '/v1/secret/data/billing']);
    clock.advance(50_000);
    expect(await urls()).toEqual(['/v1/secret/data/billing']);
    clock.advance(10_000);
    expect(await urls()).toEqual([login, '/v1/secret/data/billing']);
  });

  it('logs in again at once if its token is refused', async () => {
    const { vault, provider, operator, folder } = await openWithSecret();
    const { roleId, secretId } = await operator.createAppRole();
    const secretIdFile = folder.write('secret-id', secretId);
    const reader = provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile });
    await reader.read();
    const token = vault.requests.at(-1)!.headers['x-vault-token'];
    await operator.request('POST', 'auth/token/revoke', { token });
    expect((await reader.read()).get('CLIENT_ID')).toBe('id-2');
    expect(vault.requests.at(-1)!.headers['x-vault-token']).not.toBe(token);
  });

  it('renews its login again and again, and stops when it is closed', async () => {
    const { vault, provider, operator, folder, clock } = await openWithSecret();
    const { roleId, secretId } = await operator.createAppRole({ token_ttl: '60s' });
    const secretIdFile = folder.write('secret-id', secretId);
    const reader = provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile });
    await reader.read();
    for (let renewals = 1; renewals <= 3; renewals++) {
      const count = vault.requests.length;
      clock.advance(36_000);
      const renewal = await vault.arrived(count + 1);
      expect(renewal.url).toBe('/v1/auth/token/renew-self');
      // The provider closes the connection when it has read the response.
      await vault.drained();
    }
    const count = vault.requests.length;
    expect((await reader.read()).get('CLIENT_ID')).toBe('id-2');
    expect(vault.requests.slice(count).map(({ url }) => url)).toEqual(['/v1/secret/data/billing']);
    reader.close();
    expect(clock.pending).toBe(0);
  });

  it('tries a failed renewal again, and logs in if Vault refuses it', async () => {
    const { vault, provider, operator, folder, clock } = await openWithSecret();
    const { roleId, secretId } = await operator.createAppRole({ token_ttl: '60s' });
    const secretIdFile = folder.write('secret-id', secretId);
    const reader = provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile });
    await reader.read();
    for (const [status, waitMs] of [
      [500, 36_000],
      [400, 8_000],
    ] as const) {
      const count = vault.requests.length;
      vault.respondWith(() => ({ status, json: { errors: [] } }));
      clock.advance(waitMs);
      const renewal = await vault.arrived(count + 1);
      expect(renewal.url).toBe('/v1/auth/token/renew-self');
      await vault.drained();
      expect(clock.pending).toBe(status === 500 ? 1 : 0);
    }
    vault.respondWith(undefined);
    const count = vault.requests.length;
    await reader.read();
    expect(vault.requests[count]!.url).toBe('/v1/auth/approle/login');
  });

  it('logs in with the token of a service account', async () => {
    const { provider, operator, folder, vault } = await openWithSecret();
    await operator.request('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
    await operator.request('POST', 'auth/kubernetes/role/gateway', { token_policies: 'billing' });
    const jwtFile = folder.write('jwt', 'service-account-jwt');
    const login: VaultLogin = { kind: 'kubernetes', mount: 'kubernetes', role: 'gateway', jwtFile };
    const before = vault.requests.length;
    expect((await provider(login).read()).get('CLIENT_ID')).toBe('id-2');
    expect(JSON.parse(vault.requests[before]!.text)).toEqual({ role: 'gateway', jwt: 'service-account-jwt' });
    folder.write('jwt', 'other');
    await expect(provider(login).read()).rejects.toThrow(/login is refused.*403/);
  });

  it('works if Vault does not tell the mount', async () => {
    const { vault, provider } = await open();
    vault.respondWith(({ url }) =>
      url.includes('/sys/')
        ? { status: 404, json: { errors: [] } }
        : { json: { data: { data: { CLIENT_ID: 'id-2' }, metadata: { version: 7 } } } },
    );
    expect((await provider(TOKEN).read()).get('CLIENT_ID')).toBe('id-2');
  });

  it('goes through a proxy', async () => {
    const { vault, provider, operator } = await openWithSecret();
    const proxy = closeLater(await startEgressProxy({ user: 'alice', password: 'pw' }));
    const token = await operator.issue();
    const route: Route = { kind: 'proxy', proxy: parseProxyUrl(proxy.url), from: 'proxy' };
    expect((await provider({ kind: 'token', token }, { route }).read()).get('CLIENT_ID')).toBe('id-2');
    expect(proxy.requests.map(({ target }) => target)).toContain(`${vault.address}/v1/secret/data/billing`);
    expect(vault.requests.at(-1)!.headers['proxy-authorization']).toBeUndefined();
  });

  it('verifies the certificate with its own CA, and appends to the path of the address', async () => {
    const { vault, provider } = await open({ tls: true });
    vault.respondWith(() => ({ json: { data: { CLIENT_ID: 'id-2' } } }));
    await expect(provider(TOKEN).read()).rejects.toThrow(/^Vault: [A-Z_]+$/);
    const reader = provider(TOKEN, { cas: [TLS_FILES.ca], address: `${vault.address}/proxied` });
    expect((await reader.read()).get('CLIENT_ID')).toBe('id-2');
    expect(vault.requests.at(-1)!.url).toBe('/proxied/v1/secret/data/billing');
  });

  it.each<[string, UpstreamResponse, RegExp]>([
    ['a standby', { status: 307, headers: { location: 'https://evil.example.com/v1/' } }, /standby.*307/],
    [
      'a node behind',
      { status: 412, json: { errors: ['required index state not present'] } },
      /caught up.*412/,
    ],
    ['a limit', { status: 429, json: { errors: ['quota exceeded'] } }, /too many requests.*429/],
    ['a secondary', { status: 472, json: {} }, /disaster recovery.*472/],
    ['a bug', { status: 500, json: { errors: [plantedSecret('error')] } }, /internal error.*500/],
    ['another status', { status: 418, body: plantedSecret('tea') }, /the request failed \(status 418\)/],
    ['no JSON', { body: plantedSecret('html') }, /no secret/],
    ['no data', { json: { data: null, warnings: [plantedSecret('warning')] } }, /no secret/],
    ['a list', { json: { data: [plantedSecret('list')] } }, /no secret/],
    ['a huge body', { body: plantedSecret('x').repeat(200_000) }, /larger than 1048576 bytes/],
  ])('says what is wrong, and quotes nothing: %s', async (_, response, message) => {
    const { vault, provider } = await open();
    vault.respondWith(({ url }) =>
      url === '/v1/secret/data/billing' ? response : { status: 403, json: {} },
    );
    const error = await provider({ kind: 'token', token: plantedSecret('token') })
      .read()
      .then(
        () => undefined,
        (thrown: Error) => thrown,
      );
    expect(error?.message).toMatch(message);
    expect(leaksIn(String(error?.stack))).toEqual([]);
  });

  it('says that there is no connection, or no response', async () => {
    const { vault, provider, clock } = await open();
    await expect(provider(TOKEN, { address: `http://127.0.0.1:${await freePort()}` }).read()).rejects.toThrow(
      'Vault: connect ECONNREFUSED',
    );
    vault.respondWith(() => RESET);
    await expect(provider(TOKEN).read()).rejects.toThrow(/^Vault: /);
    vault.respondWith(() => HANG);
    const count = vault.requests.length;
    const reading = provider(TOKEN).read();
    await vault.arrived(count + 1);
    clock.advance(30_000);
    await expect(reading).rejects.toThrow('Vault: no response within 30 s');
  });

  it('ends its read when it is closed', async () => {
    const { vault, provider, clock } = await open();
    vault.respondWith(() => HANG);
    const reader = provider(TOKEN);
    const reading = reader.read();
    await vault.arrived(1);
    reader.close();
    await expect(reading).rejects.toThrow('the service is closed');
    expect(clock.pending).toBe(0);
  });

  it.each(['', 'two words', 'two\nlines', 'ü'])('refuses a file with the token %j', async (text) => {
    const { provider, folder } = await open();
    const reader = provider({ kind: 'token file', file: folder.write('token', text) });
    await expect(reader.read()).rejects.toThrow(/must have one line without spaces/);
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { VaultLogin } from '../../src/secrets/vault/vault-options.js';
import { createVaultProvider } from '../../src/secrets/vault/vault-provider.js';
import { readVaultTls } from '../../src/upstream/tls.js';
import { closeAfterEach } from './close-after-each.js';
import { createTemporaryFolder } from './temporary-folder.js';
import { operateVault } from './vault-fixture.js';

const PERMISSION =
  'Vault: the token may not read the path in auth.secrets.secret_id, or it is not valid any more (status 403)';
const REFUSED = (status: number) =>
  `Vault: the login is refused: check the role, its credential and auth.secrets.vault.mount (status ${status})`;

/** What must hold with every Vault: the fake and the real one. */
export function vaultContract(
  start: () => Promise<{ readonly address: string; readonly token: string; close(): unknown }>,
): void {
  const closeLater = closeAfterEach();

  async function open() {
    const vault = closeLater(await start());
    const operator = await operateVault(vault);
    await operator.write('secret/data/billing', { CLIENT_ID: 'id-2', nested: { a: 1 } });
    await operator.write('kv/billing', {
      CLIENT_ID: 'id-1',
      metadata: { version: 1 },
      data: { CLIENT_ID: 'no' },
    });
    const provider = (login: VaultLogin | string, path = 'secret/data/billing') =>
      closeLater(
        createVaultProvider({
          server: {
            address: vault.address,
            namespace: undefined,
            tls: readVaultTls({ 'auth.secrets.vault.cacertfile': undefined }),
            route: { kind: 'direct', why: 'unset' },
            clock: systemClock,
          },
          path,
          login: typeof login === 'string' ? { kind: 'token', token: login } : login,
          random: () => 0.5,
        }),
      );
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    return { vault, operator, provider, folder };
  }

  const idOf = async (provider: { read(): Promise<{ get(field: string): unknown }> }) =>
    (await provider.read()).get('CLIENT_ID');

  describe('a secret', () => {
    it.each([
      ['secret/data/billing', 'id-2'],
      ['secret/billing', 'id-2'],
      ['kv/billing', 'id-1'],
    ])('is read at %s by a token that may read only this', async (path, expected) => {
      const { operator, provider } = await open();
      const token = await operator.issue();
      expect(await idOf(provider(token, path))).toBe(expected);
    });

    it('has nested fields, and its JSON as a whole', async () => {
      const { vault, provider } = await open();
      const fields = await provider(vault.token).read();
      expect([fields.get('nested.a'), fields.get('missing'), fields.get('constructor')]).toEqual([
        1,
        undefined,
        undefined,
      ]);
      expect(JSON.parse(String(fields.get('.')))).toEqual({ CLIENT_ID: 'id-2', nested: { a: 1 } });
    });

    it('is the newest version', async () => {
      const { vault, operator, provider } = await open();
      const reader = provider(vault.token, 'secret/billing');
      expect(await idOf(reader)).toBe('id-2');
      await operator.write('secret/data/billing', { CLIENT_ID: 'id-3' });
      expect(await idOf(reader)).toBe('id-3');
    });

    it.each([
      ['secret/data/nothing', 'Vault: there is no secret at the path in auth.secrets.secret_id (status 404)'],
      ['secret/nothing', 'Vault: there is no secret at the path in auth.secrets.secret_id (status 404)'],
      ['kv/nothing', 'Vault: there is no secret at the path in auth.secrets.secret_id (status 404)'],
    ])('is missing at %s', async (path, message) => {
      const { vault, provider } = await open();
      await expect(provider(vault.token, path).read()).rejects.toThrow(message);
    });

    it('is deleted', async () => {
      const { vault, operator, provider } = await open();
      const reader = provider(vault.token);
      await reader.read();
      await operator.request('DELETE', 'secret/data/billing');
      await expect(reader.read()).rejects.toThrow(
        'Vault: the newest version of the secret is deleted (status 404)',
      );
    });

    it('is refused without a permission, or with a wrong token', async () => {
      const { operator, provider } = await open();
      await expect(provider(await operator.issue(), 'secret/data/other').read()).rejects.toThrow(PERMISSION);
      await expect(provider('hvs.wrong').read()).rejects.toThrow(PERMISSION);
    });

    it('is unreadable while Vault is sealed', async () => {
      const { vault, operator, provider } = await open();
      await operator.request('POST', 'sys/seal');
      await expect(provider(vault.token).read()).rejects.toThrow(
        'Vault: Vault is sealed or in maintenance (status 503)',
      );
    });
  });

  describe('a login', () => {
    it('is a token in a file, which is read again', async () => {
      const { operator, provider, folder } = await open();
      const first = await operator.issue();
      const file = folder.write('token', `${first}\n`);
      const reader = provider({ kind: 'token file', file });
      expect(await idOf(reader)).toBe('id-2');
      folder.write('token', await operator.issue());
      await operator.request('POST', 'auth/token/revoke', { token: first });
      expect(await idOf(reader)).toBe('id-2');
    });

    it('is an AppRole, whose token is used until it is revoked', async () => {
      const { operator, provider, folder } = await open();
      const { roleId, secretId } = await operator.createAppRole();
      const secretIdFile = folder.write('secret-id', `${secretId}\n`);
      const reader = provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile });
      expect(await idOf(reader)).toBe('id-2');
      expect(await idOf(reader)).toBe('id-2');
    });

    it('is refused with a wrong secret ID, and at another mount', async () => {
      const { operator, provider, folder } = await open();
      const { roleId, secretId } = await operator.createAppRole();
      const wrong = folder.write('wrong', 'no');
      const right = folder.write('right', secretId);
      await expect(
        provider({ kind: 'approle', mount: 'approle', roleId, secretIdFile: wrong }).read(),
      ).rejects.toThrow(REFUSED(400));
      await expect(
        provider({ kind: 'approle', mount: 'other', roleId, secretIdFile: right }).read(),
      ).rejects.toThrow(REFUSED(403));
    });

    it('is renewed before it expires', async () => {
      const { operator, provider } = await open();
      const token = await operator.issue({ ttl: '4s', renewable: true });
      const reader = provider(token);
      await reader.read();
      const remaining = async () => {
        const { data } = await operator.request('POST', 'auth/token/lookup', { token });
        return data as { ttl: number; last_renewal_time?: number };
      };
      await expect
        .poll(async () => (await remaining()).last_renewal_time, { timeout: 10_000 })
        .toBeTypeOf('number');
      expect(await idOf(reader)).toBe('id-2');
    });
  });
}

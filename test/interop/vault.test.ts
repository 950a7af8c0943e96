import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { createVaultProvider } from '../../src/secrets/vault/vault-provider.js';
import { readVaultTls } from '../../src/upstream/tls.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { startRecordingUpstream } from '../support/recording-upstream.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';
import { readTlsFixtures } from '../support/tls-fixtures.js';
import { vaultContract } from '../support/vault-contract.js';
import { operateVault } from '../support/vault-fixture.js';
import { isVaultInstalled, startVault } from './vault.js';

describe.skipIf(!isVaultInstalled())('with a real Vault', () => {
  vaultContract(startVault);

  const closeLater = closeAfterEach();

  it('logs in with the token of a service account, which Vault has reviewed by Kubernetes', async () => {
    const vault = closeLater(await startVault());
    const operator = await operateVault(vault);
    await operator.write('secret/data/billing', { CLIENT_ID: 'id-2' });
    const user = { username: 'system:serviceaccount:apps:gateway', uid: 'u-1', groups: [] };
    const kubernetes = closeLater(
      await startRecordingUpstream(() => ({
        status: 201,
        json: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          status: { authenticated: true, user },
        },
      })),
    );
    await operator.request('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
    await operator.request('POST', 'auth/kubernetes/config', {
      kubernetes_host: kubernetes.url,
      disable_local_ca_jwt: true,
      kubernetes_ca_cert: readTlsFixtures().ca,
      disable_iss_validation: true,
      token_reviewer_jwt: serviceAccountToken(),
    });
    await operator.request('POST', 'auth/kubernetes/role/gateway', {
      bound_service_account_names: 'gateway',
      bound_service_account_namespaces: 'apps',
      token_policies: 'billing',
    });
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const jwtFile = folder.write('jwt', serviceAccountToken());
    const provider = closeLater(
      createVaultProvider({
        server: {
          address: vault.address,
          namespace: undefined,
          tls: readVaultTls({ 'auth.secrets.vault.cacertfile': undefined }),
          route: { kind: 'direct', why: 'unset' },
          clock: systemClock,
        },
        path: 'secret/billing',
        login: { kind: 'kubernetes', mount: 'kubernetes', role: 'gateway', jwtFile },
        random: () => 0.5,
      }),
    );
    expect((await provider.read()).get('CLIENT_ID')).toBe('id-2');
    expect(kubernetes.requests[0]!.url).toBe('/apis/authentication.k8s.io/v1/tokenreviews');
  });
});

/** The claims of a projected token of Kubernetes. The signature is reviewed by Kubernetes only. */
function serviceAccountToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: 'https://kubernetes.default.svc',
    sub: 'system:serviceaccount:apps:gateway',
    iat: now,
    nbf: now,
    exp: now + 3_600,
    'kubernetes.io': { namespace: 'apps', serviceaccount: { name: 'gateway', uid: 'u-1' } },
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}

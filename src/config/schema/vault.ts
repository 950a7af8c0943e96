import { caFiles, filePath, nonEmptyText } from '../types/datatypes.js';
import { vaultAddress, vaultName, vaultPath } from '../types/vault-types.js';
import type { KeyTable } from './spec.js';

/** The token of a service account in a pod (Kubernetes: Configure Service Accounts for Pods). */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The keys of a service under `auth.secrets.vault.`: for the provider `vault`. */
export const VAULT_KEYS = {
  'auth.secrets.vault.address': {
    type: vaultAddress,
    meaning:
      'The URL of HashiCorp Vault or OpenBao. Default: the environment variable `VAULT_ADDR`. One of the two is required with the provider `vault`.',
    example: 'https://vault.example.com:8200',
  },
  'auth.secrets.vault.namespace': {
    type: vaultPath,
    meaning:
      'The namespace of the secret and of the login. Default: the environment variable `VAULT_NAMESPACE`.',
    example: 'acme/billing',
  },
  'auth.secrets.vault.token_file': {
    type: filePath,
    meaning:
      'A file with the token, for instance of Vault Agent. It is read again for each read of the secret. Default: the environment variable `VAULT_TOKEN`.',
    example: '/run/vault/token',
  },
  'auth.secrets.vault.role_id': {
    type: nonEmptyText,
    secret: true,
    meaning: 'The role ID for a login with AppRole. It needs `auth.secrets.vault.secret_id_file`.',
    example: '59d6d1ca-47bb-4e7e-a40b-8be3bc5a0ba8',
  },
  'auth.secrets.vault.secret_id_file': {
    type: filePath,
    meaning: 'A file with the secret ID for a login with AppRole. It is read for each login.',
    example: '/run/secrets/vault-secret-id',
  },
  'auth.secrets.vault.role': {
    type: vaultName,
    meaning: 'The role for a login with the service account of a Kubernetes pod.',
    example: 'billing',
  },
  'auth.secrets.vault.jwt_file': {
    type: filePath,
    default: SERVICE_ACCOUNT_TOKEN,
    meaning: 'A file with the token of the service account. It is read for each login.',
    example: '/var/run/secrets/vault/token',
  },
  'auth.secrets.vault.mount': {
    type: vaultPath,
    computed: '`approle`, or `kubernetes` with `auth.secrets.vault.role`',
    meaning: 'Where the auth method of the login is mounted in Vault, without `auth/`.',
    example: 'kubernetes-eu',
  },
  'auth.secrets.vault.cacertfile': {
    type: caFiles,
    meaning:
      'CA certificates (PEM) that apply only to Vault. The word `system` in the list adds those of the system. Default: those of the system.',
    example: 'certs/vault-ca.pem',
  },
} as const satisfies KeyTable;

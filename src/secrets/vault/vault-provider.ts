import { SecretError, type SecretFields, type SecretProvider } from '../provider.js';
import { connectVault, type VaultSend, type VaultServer } from './vault-connection.js';
import type { VaultLogin } from './vault-options.js';
import { createVaultSecret, fieldsIn } from './vault-secret.js';
import { createVaultSession } from './vault-session.js';

export interface VaultProviderOptions {
  readonly server: VaultServer;
  /** `secret/data/billing` */
  readonly path: string;
  readonly login: VaultLogin;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** For a whole read: login, requests and bodies. Also for a renewal. */
const READ_MS = 30_000;

/** Reads a secret from HashiCorp Vault or OpenBao, over their HTTP API. */
export function createVaultProvider({ server, path, login, random }: VaultProviderOptions): SecretProvider {
  const { clock } = server;
  const running = new Set<AbortController>();
  const secret = createVaultSecret(path);
  const session = createVaultSession({ login, connect: open, clock, random });

  /** Every request over this connection ends after {@link READ_MS}. */
  function open() {
    const abort = new AbortController();
    const late = () => abort.abort(new SecretError(`Vault: no response within ${READ_MS / 1_000} s`));
    const stopTimer = clock.after(READ_MS, late);
    running.add(abort);
    const connection = connectVault(server, abort.signal);
    return {
      send: connection.send,
      close() {
        stopTimer();
        running.delete(abort);
        connection.close();
      },
    };
  }

  async function readWith(send: VaultSend): Promise<SecretFields> {
    const token = await session.token(send);
    const first = await secret.read(send, token);
    if (first.status !== 403) return fieldsIn(first);
    // The token may have been revoked, or replaced in its file.
    session.refused(token);
    const next = await session.token(send);
    return fieldsIn(next === token ? first : await secret.read(send, next));
  }

  return {
    async read() {
      const connection = open();
      try {
        return await readWith(connection.send);
      } finally {
        connection.close();
      }
    },
    close() {
      session.close();
      for (const each of running) each.abort(new SecretError('the service is closed'));
    },
  };
}

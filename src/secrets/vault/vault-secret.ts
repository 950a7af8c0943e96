import { documentFields } from '../fields.js';
import { SecretError, type SecretFields } from '../provider.js';
import { member } from './json-member.js';
import type { VaultResponse, VaultSend } from './vault-connection.js';
import { vaultError } from './vault-errors.js';

/** Reads one secret of a key/value engine, of version 1 or 2. */
export interface VaultSecret {
  /** The response to the read. A status of 403 says that the token is not valid, or has no permission. */
  read(send: VaultSend, token: string): Promise<SecretResponse>;
}

export interface SecretResponse extends VaultResponse {
  /** The version of the engine. Undefined if it is not known. */
  readonly version: 1 | 2 | undefined;
}

interface Place {
  /** The path for the API. */
  readonly path: string;
  readonly version: 1 | 2 | undefined;
}

/**
 * Version 2 has secrets below `data/` of its mount (Vault: KV secrets engine, version 2). The path may
 * be given with `data/` or without, as for the command of Vault. So the gateway asks Vault for the
 * mount, as this command does.
 *
 * @param path `secret/data/billing`, or `secret/billing`
 */
export function createVaultSecret(path: string): VaultSecret {
  let known: Place | undefined;

  async function resolve(send: VaultSend, token: string): Promise<Place> {
    const { status, body } = await send({
      method: 'GET',
      path: `sys/internal/ui/mounts/${encodePath(path)}`,
      token,
    });
    const mount = member(body, 'data', 'path');
    // Some servers do not answer. Then the path must be complete.
    if (status !== 200 || typeof mount !== 'string' || !path.startsWith(mount)) {
      return { path, version: undefined };
    }
    const isVersioned = member(body, 'data', 'options', 'version') === '2';
    known = isVersioned ? { path: withData(path, mount), version: 2 } : { path, version: 1 };
    return known;
  }

  return {
    async read(send, token) {
      const place = known ?? (await resolve(send, token));
      const response = await send({ method: 'GET', path: encodePath(place.path), token });
      // The engine may have been replaced by one of another version.
      if (response.status === 404) known = undefined;
      return { ...response, version: place.version };
    },
  };
}

function withData(path: string, mount: string): string {
  const rest = path.slice(mount.length);
  return rest.startsWith('data/') ? path : `${mount}data/${rest}`;
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** @throws SecretError if the response has no secret */
export function fieldsIn({ status, body, version }: SecretResponse): SecretFields {
  const data = member(body, 'data');
  const isVersioned = version !== 1 && typeof member(data, 'metadata', 'version') === 'number';
  if (status === 404) {
    throw vaultError(status, {
      404: isVersioned
        ? 'the newest version of the secret is deleted'
        : 'there is no secret at the path in auth.secrets.secret_id',
    });
  }
  if (status !== 200) {
    throw vaultError(status, {
      403: 'the token may not read the path in auth.secrets.secret_id, or it is not valid any more',
    });
  }
  const secret = isVersioned ? member(data, 'data') : data;
  if (typeof secret !== 'object' || secret === null || Array.isArray(secret)) {
    throw new SecretError(
      'Vault: the response has no secret; is auth.secrets.secret_id a path of a key/value engine?',
    );
  }
  return documentFields(secret);
}

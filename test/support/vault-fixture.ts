import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

/** What an operator does with a Vault, by its HTTP API. It works with the fake and with a real one. */
export interface VaultOperator {
  /** Answers the JSON of the response. Throws unless it is successful. */
  request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Record<string, unknown>>;
  /** Writes a secret: below `secret/data/` in version 2, below `kv/` in version 1. */
  write(path: string, fields: object): Promise<void>;
  /** Makes a token that may only read the two secrets named billing. */
  issue(fields?: object): Promise<string>;
  /** Makes an AppRole whose tokens may do the same. */
  createAppRole(fields?: object): Promise<{ readonly roleId: string; readonly secretId: string }>;
}

export const POLICY =
  'path "secret/data/billing" { capabilities = ["read"] }\npath "kv/billing" { capabilities = ["read"] }';

/** Mounts a `secret/` of version 2 and a `kv/` of version 1, and the auth method AppRole. */
export async function operateVault(vault: {
  readonly address: string;
  readonly token: string;
}): Promise<VaultOperator> {
  async function request(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    // Without an agent, each request has a connection of its own.
    const sent = httpRequest(`${vault.address}/v1/${path}`, {
      method,
      agent: false,
      headers: { 'X-Vault-Token': vault.token },
    }).end(body && JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const text = (await response.setEncoding('utf8').toArray()).join('');
    const { statusCode = 0 } = response;
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  await request('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '1' } });
  await request('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
  await request('POST', 'sys/auth/approle', { type: 'approle' });
  await request('POST', 'sys/policies/acl/billing', { policy: POLICY });
  return {
    request,
    async write(path, fields) {
      const isVersioned = path.startsWith('secret/data/');
      for (let tries = 1; ; tries++) {
        try {
          await request('POST', path, isVersioned ? { data: fields } : fields);
          return;
        } catch (error) {
          // A new engine of version 2 is ready after a moment, and refuses writes until then.
          if (tries === 50 || !/upgrad/i.test(String(error))) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
    async issue(fields = {}) {
      const made = await request('POST', 'auth/token/create', { policies: ['billing'], ...fields });
      return (made['auth'] as { client_token: string }).client_token;
    },
    async createAppRole(fields = {}) {
      const role = 'auth/approle/role/billing';
      await request('POST', role, { token_policies: 'billing', ...fields });
      const data = async (path: string, method: 'GET' | 'POST') =>
        (await request(method, path))['data'] as Record<string, string>;
      return {
        roleId: (await data(`${role}/role-id`, 'GET'))['role_id']!,
        secretId: (await data(`${role}/secret-id`, 'POST'))['secret_id']!,
      };
    },
  };
}

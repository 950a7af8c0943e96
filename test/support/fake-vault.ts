import { type RecordedRequest, type ResponseHandler, startRecordingUpstream } from './recording-upstream.js';

/**
 * A fake of Vault's HTTP API: key/value engines of version 1 and 2, tokens, AppRole and Kubernetes.
 * Its statuses and bodies are those of Vault 1.14.1, which test/interop/vault.test.ts shows.
 */
export interface FakeVault {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** A token that may do everything. */
  readonly token: string;
  readonly requests: readonly RecordedRequest[];
  arrived(number: number): Promise<RecordedRequest>;
  /** Resolves when no connection is open. */
  drained(): Promise<void>;
  /** Answers every request from now on. Undefined: as Vault does. */
  respondWith(handler: ResponseHandler | undefined): void;
  close(): Promise<void>;
}

interface Token {
  readonly paths: readonly string[] | 'all';
  readonly ttlMs: number;
  readonly isRenewable: boolean;
  expiresAt: number;
  renewedAt?: number;
}

interface Engine {
  readonly version: 1 | 2;
  readonly secrets: Map<string, { data: unknown; deleted: boolean }>;
}

const ROOT = 'hvs.root';

/** @param now milliseconds, for the lifetime of tokens */
export async function startFakeVault(
  options: { tls?: boolean; now?: () => number } = {},
): Promise<FakeVault> {
  const { tls = false, now = () => performance.now() } = options;
  const engines = new Map<string, Engine>();
  const policies = new Map<string, readonly string[]>();
  const logins = new Map<string, string>();
  const roles = new Map<string, { id: string; secretIds: Set<string>; body: Body }>();
  const tokens = new Map<string, Token>([
    [ROOT, { paths: 'all', ttlMs: 0, isRenewable: false, expiresAt: Number.POSITIVE_INFINITY }],
  ]);
  let isSealed = false;
  let count = 0;
  let override: ResponseHandler | undefined;

  const authOf = (id: string) => ({
    client_token: id,
    lease_duration: tokens.get(id)!.ttlMs / 1_000,
    renewable: tokens.get(id)!.isRenewable,
  });

  function issue(policyNames: readonly string[], ttlMs: number, isRenewable: boolean, given?: string) {
    const id = given ?? `hvs.${++count}`;
    const paths = policyNames.flatMap((name) => policies.get(name) ?? []);
    tokens.set(id, {
      paths,
      ttlMs,
      isRenewable,
      expiresAt: ttlMs === 0 ? Number.POSITIVE_INFINITY : now() + ttlMs,
    });
    return answer({ auth: authOf(id) });
  }

  function tokenOf(id: unknown): Token | undefined {
    const token = tokens.get(String(id));
    return token !== undefined && token.expiresAt > now() ? token : undefined;
  }

  function logIn(mount: string, body: Body) {
    const method = logins.get(mount);
    if (method === undefined) return refused(403, 'permission denied');
    const found =
      method === 'approle'
        ? [...roles.values()].find(
            ({ id, secretIds }) => id === body['role_id'] && secretIds.has(String(body['secret_id'])),
          )
        : body['jwt'] === 'service-account-jwt'
          ? roles.get(`${mount}/${body['role']}`)
          : undefined;
    if (found === undefined) {
      return method === 'approle'
        ? refused(400, 'invalid role or secret ID')
        : refused(403, 'permission denied');
    }
    const ttl = Number.parseInt(String(found.body['token_ttl'] ?? '3600'), 10);
    return issue([String(found.body['token_policies'])], ttl * 1_000, found.body['token_type'] !== 'batch');
  }

  function secretAt(engine: Engine, path: string, method: string, body: Body) {
    const isVersioned = engine.version === 2;
    if (isVersioned && !path.startsWith('data/')) {
      return { ...answer({ warnings: ['Invalid path for a versioned K/V secrets engine.'] }), status: 404 };
    }
    const name = isVersioned ? path.slice('data/'.length) : path;
    const found = engine.secrets.get(name);
    if (method === 'POST') {
      engine.secrets.set(name, { data: isVersioned ? body['data'] : body, deleted: false });
      return { status: 204 };
    }
    if (method === 'DELETE') {
      if (isVersioned && found !== undefined) found.deleted = true;
      else engine.secrets.delete(name);
      return { status: 204 };
    }
    if (found === undefined) return refused(404);
    if (!isVersioned) return answer({ lease_duration: 2_764_800, data: found.data });
    const metadata = {
      version: 1,
      destroyed: false,
      deletion_time: found.deleted ? '2026-12-01T00:00:00Z' : '',
    };
    const data = { data: found.deleted ? null : found.data, metadata };
    return { ...answer({ data }), status: found.deleted ? 404 : 200 };
  }

  function respond({ method, url, headers, text }: RecordedRequest) {
    if (isSealed) return refused(503, 'Vault is sealed');
    const path = decodeURIComponent(url.replace(/^\/v1\//, ''));
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    const [, login] = /^auth\/(.+)\/login$/.exec(path) ?? [];
    if (login !== undefined) return logIn(login, body);
    const id = headers['x-vault-token'];
    const token = tokenOf(id);
    if (token === undefined) return refused(403, 'permission denied');
    const [, mountOf] = /^sys\/internal\/ui\/mounts\/(.*)$/.exec(path) ?? [];
    const place = mountOf ?? path;
    const mount = [...engines.keys()].find((each) => place.startsWith(each));
    if (mountOf !== undefined) {
      const maySee =
        token.paths === 'all' || token.paths.some((each) => mount !== undefined && each.startsWith(mount));
      if (mount === undefined || !maySee) return refused(403, 'preflight capability check returned 403');
      return answer({
        data: { path: mount, type: 'kv', options: { version: String(engines.get(mount)!.version) } },
      });
    }
    if (path === 'auth/token/lookup-self') {
      const ttl = token.ttlMs === 0 ? 0 : Math.round((token.expiresAt - now()) / 1_000);
      return answer({ data: { id, ttl, renewable: token.isRenewable } });
    }
    if (path === 'auth/token/renew-self') {
      if (!token.isRenewable) return refused(400, 'lease is not renewable');
      token.expiresAt = now() + token.ttlMs;
      token.renewedAt = now();
      return answer({ auth: authOf(String(id)) });
    }
    if (token.paths !== 'all' && !token.paths.includes(path))
      return refused(403, '1 error occurred: permission denied');
    if (mount !== undefined) return secretAt(engines.get(mount)!, path.slice(mount.length), method, body);
    return administer(path, body);
  }

  function administer(path: string, body: Body) {
    const [, kind, name = ''] = /^(sys\/mounts|sys\/auth|sys\/policies\/acl)\/(.+)$/.exec(path) ?? [];
    const [, mount = '', role = '', rest] =
      /^auth\/(.+?)\/role\/([^/]+)(?:\/(role-id|secret-id))?$/.exec(path) ?? [];
    if (kind === 'sys/mounts') {
      const { version } = body['options'] as { version: string };
      engines.set(`${name}/`, { version: version === '2' ? 2 : 1, secrets: new Map() });
    } else if (kind === 'sys/auth') logins.set(name, String(body['type']));
    else if (kind === 'sys/policies/acl') {
      policies.set(
        name,
        [...String(body['policy']).matchAll(/path "([^"]+)"/g)].map(([, each]) => each as string),
      );
    } else if (path === 'auth/token/create') {
      const ttl = Number.parseInt(String(body['ttl'] ?? '3600'), 10);
      const id = body['id'] as string | undefined;
      return issue(body['policies'] as string[], ttl * 1_000, body['renewable'] !== false, id);
    } else if (path === 'auth/token/lookup') {
      const renewed = tokens.get(String(body['token']))?.renewedAt;
      return answer({ data: renewed === undefined ? {} : { last_renewal_time: renewed } });
    } else if (path === 'auth/token/revoke') tokens.delete(String(body['token']));
    else if (path === 'sys/seal') isSealed = true;
    else if (role !== '') {
      const key = `${mount}/${role}`;
      const found = roles.get(key);
      if (rest === 'role-id') return answer({ data: { role_id: found!.id } });
      if (rest === 'secret-id') {
        const secretId = `secret-id-${++count}`;
        found!.secretIds.add(secretId);
        return answer({ data: { secret_id: secretId } });
      }
      roles.set(key, {
        id: found?.id ?? `role-id-${++count}`,
        secretIds: found?.secretIds ?? new Set(),
        body,
      });
    } else return refused(404, `no handler for route "${path}". route entry not found.`);
    return { status: 204 };
  }

  const server = await startRecordingUpstream(
    (request, response) => (override ?? respond)(request, response),
    { tls },
  );
  return {
    address: server.url,
    token: ROOT,
    get requests() {
      return server.requests;
    },
    arrived: server.arrived,
    drained: server.drained,
    respondWith(handler) {
      override = handler;
    },
    close: server.close,
  };
}

type Body = Readonly<Record<string, unknown>>;

const answer = (fields: object) => ({
  json: {
    request_id: 'r-1',
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    warnings: null,
    auth: null,
    ...fields,
  },
});

const refused = (status: number, ...errors: readonly string[]) => ({ status, json: { errors } });

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Adapter, type AdapterPayload, type ClientMetadata } from 'oidc-provider';
import type { ResponseHandler } from './recording-upstream.js';

/** A client and its authentication method; both may only request tokens for themselves. */
export interface OidcClient {
  readonly id: string;
  readonly secret: string;
}

/** The client whose credentials are in the body, under the guide's names. */
export const POST_CLIENT: OidcClient = { id: 'my-client-id', secret: 'my-client-secret' };
/** The client whose credentials are in the Authorization header. */
export const BASIC_CLIENT: OidcClient = { id: 'my-basic-client-id', secret: 'my-basic-client-secret' };
/** The API, which asks whether a token is valid. */
const API_CLIENT: OidcClient = { id: 'billing-api', secret: 'billing-api-secret' };

const TOKEN_PATH = '/oauth/token';
const INTROSPECTION_PATH = '/oauth/introspect';

/** What the provider knows about a token (RFC 7662 §2.2). */
export interface Introspection {
  readonly active: boolean;
  readonly client_id?: string;
  /** The user. Absent if the token belongs to a client alone. */
  readonly sub?: string;
  readonly scope?: string;
  readonly aud?: string;
  /** Seconds since the epoch. */
  readonly exp?: number;
}

export interface OidcIdp {
  /** `http://127.0.0.1:PORT`: the guide's token endpoint is `/oauth/token` below it. */
  readonly url: string;
  /** Requests to the token endpoint so far, successful or not. */
  readonly tokenRequests: number;
  /** Asks the provider what it knows about a token. */
  introspect(token: string): Promise<Introspection>;
  /** Revokes every token. */
  revokeAll(): void;
  close(): Promise<void>;
}

export interface OidcIdpOptions {
  /** Lifetime of a token in seconds. Default: 600. */
  readonly ttl?: number;
  /** Clients besides those above. */
  readonly clients?: readonly ClientMetadata[];
  /** Changes the provider before its first request. */
  readonly extend?: (provider: Provider) => void;
}

/**
 * The real oidc-provider on a loopback port, for client credentials: opaque tokens, `resource` and
 * `scope` where a client asks for them, and introspection for the API.
 */
export async function startOidcIdp(options: OidcIdpOptions = {}): Promise<OidcIdp> {
  const tokens = new Map<string, AdapterPayload>();
  let tokenRequests = 0;
  let answer: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => {
    if (request.url === TOKEN_PATH) tokenRequests += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A provider must know its own address, which the port decides.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answer = createProvider(url, options, tokens).callback();

  return {
    url,
    get tokenRequests() {
      return tokenRequests;
    },
    async introspect(token) {
      const body = new URLSearchParams({
        token,
        client_id: API_CLIENT.id,
        client_secret: API_CLIENT.secret,
      });
      const response = await fetch(`${url}${INTROSPECTION_PATH}`, { method: 'POST', body });
      if (!response.ok) throw new Error(`introspection answered ${response.status}`);
      return (await response.json()) as Introspection;
    },
    revokeAll: () => tokens.clear(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * An API that accepts tokens that the provider calls active, and returns what the provider knows
 * about them.
 */
export function checkedBy(idp: OidcIdp): ResponseHandler {
  return async ({ headers }) => {
    const token = /^Bearer (\S+)$/.exec(headers.authorization?.toString() ?? '')?.[1];
    const known = token === undefined ? { active: false } : await idp.introspect(token);
    if (known.active) return { json: known };
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      json: { message: 'who are you?' },
    };
  };
}

function createProvider(
  issuer: string,
  { ttl = 600, clients = [], extend }: OidcIdpOptions,
  tokens: Map<string, AdapterPayload>,
): Provider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  const provider = new Provider(issuer, {
    clients: [
      client(POST_CLIENT, 'client_secret_post'),
      client(BASIC_CLIENT, 'client_secret_basic'),
      client(API_CLIENT, 'client_secret_post'),
      ...clients,
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_, asking) => asking.clientId === API_CLIENT.id },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'invoices:read invoices:write',
          audience: resource,
          accessTokenTTL: ttl,
          accessTokenFormat: 'opaque',
        }),
      },
    },
    routes: { token: TOKEN_PATH, introspection: INTROSPECTION_PATH },
    ttl: { ClientCredentials: ttl, AccessToken: ttl },
    // The provider warns about the defaults of the following options.
    jwks: { keys: [{ kid: 'test', use: 'sig', kty, crv, x, y, d }] },
    cookies: { keys: ['test'] },
    adapter: (model) => keepIn(tokens, model),
  });
  extend?.(provider);
  return provider;
}

function client({ id, secret }: OidcClient, method: 'client_secret_post' | 'client_secret_basic') {
  return {
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    // Required for every client, although none of these gets an ID token. It must match the
    // provider's key.
    id_token_signed_response_alg: 'ES256',
  } satisfies ClientMetadata;
}

/**
 * Storage of one test's own: the provider's default one is shared by all providers of a process.
 */
function keepIn(tokens: Map<string, AdapterPayload>, model: string): Adapter {
  const key = (id: string): string => `${model}:${id}`;
  return {
    upsert: async (id, payload) => void tokens.set(key(id), payload),
    find: async (id) => tokens.get(key(id)),
    destroy: async (id) => void tokens.delete(key(id)),
    consume: async () => {},
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
    revokeByGrantId: async () => {},
  };
}

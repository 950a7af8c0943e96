import { Client } from 'undici';
import type { Clock } from '../../clock.js';
import { parseJson } from '../../json.js';
import { createUpstreamConnector } from '../../upstream/connector.js';
import { classifyFailure } from '../../upstream/exchange-failure.js';
import { sendInAbsoluteForm } from '../../upstream/proxy/absolute-form.js';
import type { Route } from '../../upstream/proxy/routes.js';
import type { UpstreamTls } from '../../upstream/tls.js';
import { SecretError } from '../provider.js';

/** A request to Vault's API. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Without `/v1/`. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: object;
}

export interface VaultResponse {
  readonly status: number;
  /** Undefined if the body is not JSON. */
  readonly body: unknown;
}

/** Sends a request. Throws SecretError if there is no complete response. */
export type VaultSend = (request: VaultRequest) => Promise<VaultResponse>;

/** One connection to Vault, for a few requests. */
export interface VaultConnection {
  readonly send: VaultSend;
  close(): void;
}

export interface VaultServer {
  /** A URL, perhaps with a path. */
  readonly address: string;
  readonly namespace: string | undefined;
  readonly tls: UpstreamTls;
  readonly route: Route;
  readonly clock: Clock;
}

const CONNECT_MS = 5_000;
/** A secret of Vault has at most 1 MB, unless its operator allows more (limits of its storage). */
const MAX_BYTES = 1024 * 1024;

/** @param signal aborts requests. Its reason is then the error */
export function connectVault(server: VaultServer, signal: AbortSignal): VaultConnection {
  const { origin, pathname } = new URL(server.address);
  const prefix = pathname === '/' ? '' : pathname;
  const { tls, route, clock } = server;
  const client = new Client(origin, {
    connect: createUpstreamConnector({ connectTimeoutMs: CONNECT_MS, tls, route }, clock),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  if (route.kind === 'proxy' && origin.startsWith('http:')) sendInAbsoluteForm(client, origin, route.proxy);

  return {
    async send({ method, path, token, body }) {
      const headers = ['X-Vault-Request', 'true'];
      if (token !== undefined) headers.push('X-Vault-Token', token);
      if (server.namespace !== undefined) headers.push('X-Vault-Namespace', server.namespace);
      if (body !== undefined) headers.push('Content-Type', 'application/json');
      try {
        const response = await client.request({
          method,
          path: `${prefix}/v1/${path}`,
          headers,
          body: body === undefined ? null : JSON.stringify(body),
          signal,
        });
        const text = await readText(response.body);
        return { status: response.statusCode, body: jsonIn(text) };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof SecretError) throw error;
        // Only a known code: the message may quote the response or the address.
        throw new SecretError(`Vault: ${classifyFailure(error, false).detail}`);
      }
    },
    close() {
      client.destroy().catch(() => undefined);
    },
  };
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // An error in the loop destroys the stream and so closes the connection.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new SecretError(`Vault: the response is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

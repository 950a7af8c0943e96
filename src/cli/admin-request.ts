import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { AdminAddress } from './admin-target.js';
import { systemCode } from './failures.js';
import { CommandFailure, EXIT } from './host.js';

export interface AdminResponse {
  readonly status: number;
  /** The JSON of the body. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AdminRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Milliseconds from the connection to the end of the response. */
  readonly timeoutMs: number;
}

/** The status of large gateways has some megabytes. */
const MAX_BODY = 256 * 1024 * 1024;

/**
 * Sends one request to an admin listener.
 *
 * @throws CommandFailure with exit code 3 if nothing answers, or refuses the token.
 */
export async function sendAdminRequest(address: AdminAddress, request: AdminRequest): Promise<AdminResponse> {
  const { status, text } = await exchange(address, request);
  const body = parse(text);
  if (status === 401) throw new CommandFailure(refusedText(address), EXIT.unreachable);
  if (body === undefined) throw notAnAdminListener(address);
  if (status === 403 || status === 400) {
    throw new CommandFailure(
      `${address.url} refuses the request: ${String(body['message'])}`,
      EXIT.unreachable,
    );
  }
  return { status, body };
}

/** Something answers at the address, but not as an admin listener does. */
export function notAnAdminListener({ url }: AdminAddress): CommandFailure {
  return new CommandFailure(
    `${url} answers, but it is not an admin listener of rpc-gateway. Name another URL with --admin.`,
    EXIT.unreachable,
  );
}

async function exchange(
  address: AdminAddress,
  { method, path, timeoutMs }: AdminRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const { url, token, tls } = address;
  const signal = AbortSignal.timeout(timeoutMs);
  const options = {
    method,
    signal,
    headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  };
  try {
    const connected = await connectTls(address, signal);
    const sent =
      connected !== undefined
        ? requestHttp(url.replace(/^https/, 'http') + path, {
            ...options,
            createConnection: () => connected,
          })
        : url.startsWith('https:')
          ? requestHttps(url + path, { ...options, ...tls })
          : requestHttp(url + path, options);
    // `once` stops listening for errors when the signal comes first.
    sent.on('error', () => {});
    sent.end();
    const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await read(response) };
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(unreachableText(url, error), EXIT.unreachable);
  }
}

/**
 * Connects to a listener whose certificate is known from the configuration. It need not be valid
 * for the address, because it is compared with the file.
 */
async function connectTls(
  { url, certfile, tls }: AdminAddress,
  signal: AbortSignal,
): Promise<TLSSocket | undefined> {
  if (certfile === undefined) return undefined;
  const { hostname, port } = new URL(url);
  const expected = new X509Certificate(readFileSync(certfile)).fingerprint256;
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    rejectUnauthorized: false,
    ...tls,
  });
  socket.on('error', () => {});
  try {
    await once(socket, 'secureConnect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  if (socket.getPeerX509Certificate()?.fingerprint256 === expected) return socket;
  socket.destroy();
  throw new CommandFailure(
    `${url} has another certificate than ${certfile}. If the certificate is new, the gateway must reload it.`,
    EXIT.unreachable,
  );
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): AdminResponse['body'] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as AdminResponse['body'])
      : undefined;
  } catch {
    return undefined;
  }
}

function refusedText({ url, token }: AdminAddress): string {
  return token === undefined
    ? `${url} needs a token: pass it with --token or RPC_GATEWAY_ADMIN_TOKEN, or name the configuration with --config.`
    : `${url} refuses the token. It is admin.token of the configuration with which the gateway runs. If you have just changed it, send the process SIGHUP, or name the old one with --token.`;
}

/** The alerts of TLS for a missing certificate, and for one of another CA (RFC 8446 §6.2). */
const WANTS_CERTIFICATE = /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)$/;
/** How Node.js says that it does not trust a certificate. */
const UNTRUSTED = /^(?:SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_)/;

function unreachableText(url: string, error: unknown): string {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
    return `${url} does not answer in time.`;
  }
  const code = systemCode(error);
  if (code !== undefined && WANTS_CERTIFICATE.test(code)) {
    return `${url} demands a client certificate that it trusts: pass one with --cert and --key.`;
  }
  if (code === 'ECONNRESET' && url.startsWith('https:')) {
    return `${url} closes the connection. If it demands a client certificate, pass one that its CA has signed for clients, with --cert and --key.`;
  }
  if (code !== undefined && UNTRUSTED.test(code)) {
    return `${url} has a certificate that no known CA has signed (${code}): pass the CA with --ca, or name the configuration with --config.`;
  }
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  return code === 'ECONNREFUSED'
    ? `No gateway answers at ${url}: nothing listens there. Start the gateway, or name another URL with --admin. If you have just changed the address, send the process SIGHUP.`
    : `No gateway answers at ${url} (${reason}).`;
}

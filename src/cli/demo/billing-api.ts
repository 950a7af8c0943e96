import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInvoiceBook, type Invoice, type InvoiceBook } from './invoices.js';

/** The credentials that the example's token endpoint accepts: the guide's own, and no secret. */
export const DEMO_CLIENT = { id: 'my-client-id', secret: 'my-client-secret' } as const;

/** With 1,000 invoices at most, this bounds the memory of the demo too. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_INVOICE_BYTES = MAX_BODY_BYTES;
const TOKEN_SECONDS = 3_600;

export interface BillingApi {
  /** `http://127.0.0.1:PORT`; the API stands below `/api`, the token endpoint at `/oauth/token`. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * The example REST API behind the demo: invoices in memory, on an ephemeral loopback port, and an OAuth2 token endpoint
 * (client credentials, RFC 6749, section 4.4). The API asks for no token yet.
 */
export async function startBillingApi(): Promise<BillingApi> {
  const book = createInvoiceBook();
  const server = createServer((request, response) => {
    answer(book, request).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        if (error instanceof BadRequest) send(response, error.reply);
        else response.destroy();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Reply {
  readonly status: number;
  /** JSON; undefined sends no body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Carries the reply for a request that cannot be read. */
class BadRequest extends Error {
  constructor(readonly reply: Reply) {
    super('bad request');
  }
}

async function answer(book: InvoiceBook, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/oauth/token') return issueToken(request);
  if (url.pathname === '/api/invoices') {
    if (request.method !== 'POST') return methodNotAllowed('POST');
    const { id, customer, amount, status } = book.create(await readJsonObject(request));
    return { status: 201, body: { id, customer, amount, status } };
  }
  const id = invoiceId(url.pathname);
  if (id === undefined) return notFound('no such page');

  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      const invoice = book.find(id);
      if (invoice === undefined) return notFound(`no invoice ${id}`);
      return {
        status: 200,
        body: url.searchParams.get('expand') === 'lines' ? invoice : withoutLines(invoice),
      };
    }
    case 'PATCH': {
      const changes = await readJsonObject(request);
      const before = book.find(id);
      if (before === undefined) return notFound(`no invoice ${id}`);
      if (JSON.stringify({ ...before, ...changes }).length > MAX_INVOICE_BYTES) return tooLarge();
      book.update(id, changes);
      return { status: 200, body: { id, ...withoutId(changes) } };
    }
    case 'DELETE':
      return book.remove(id) ? { status: 204, body: undefined } : notFound(`no invoice ${id}`);
    default:
      return methodNotAllowed('GET, HEAD, PATCH, DELETE');
  }
}

function invoiceId(pathname: string): string | undefined {
  const segment = /^\/api\/invoices\/([^/]+)$/.exec(pathname)?.[1];
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function withoutId(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { id: _id, ...others } = fields;
  return others;
}

/** The lines of an invoice come with `expand=lines` only. */
function withoutLines(invoice: Invoice): Record<string, unknown> {
  const { lines: _lines, ...summary } = invoice;
  return summary;
}

async function issueToken(request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'POST') return methodNotAllowed('POST');
  const form = new URLSearchParams(await readBody(request));
  if (form.get('grant_type') !== 'client_credentials') {
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  }
  const [id, secret] = basicCredentials(request) ?? [form.get('client_id'), form.get('client_secret')];
  if (id !== DEMO_CLIENT.id || secret !== DEMO_CLIENT.secret) {
    const headers = { 'www-authenticate': 'Basic realm="demo"' };
    return { status: 401, body: { error: 'invalid_client' }, headers };
  }
  const body = {
    access_token: randomBytes(24).toString('base64url'),
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
  };
  return { status: 200, body, headers: { 'cache-control': 'no-store' } };
}

function basicCredentials(request: IncomingMessage): [string, string] | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

async function readJsonObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await readBody(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRequest({ status: 400, body: { error: 'the body is not JSON' } });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequest({ status: 422, body: { error: 'the body must be a JSON object' } });
  }
  return value as Record<string, unknown>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) throw new BadRequest(tooLarge());
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): Reply {
  return { status: 413, body: { error: 'an invoice is at most 64 kB' } };
}

function notFound(error: string): Reply {
  return { status: 404, body: { error } };
}

function methodNotAllowed(allow: string): Reply {
  return { status: 405, body: { error: 'method not allowed' }, headers: { allow } };
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  if (reply.body === undefined) {
    response.writeHead(reply.status, reply.headers).end();
    return;
  }
  // A request whose body we did not read to its end cannot be followed by another on the same connection.
  const closing = reply.status === 413 ? { connection: 'close' } : {};
  response
    .writeHead(reply.status, { 'content-type': 'application/json', ...closing, ...reply.headers })
    .end(JSON.stringify(reply.body));
}

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../clock.js';
import {
  BadRequest,
  MAX_BODY_BYTES,
  methodNotAllowed,
  notFound,
  type Reply,
  readJsonObject,
  send,
  tooLarge,
} from './http-reply.js';
import { createInvoiceBook, type Invoice, type InvoiceBook } from './invoices.js';
import { createTokenBook, type TokenBook } from './token-book.js';
import { issueToken, refuseToken } from './token-endpoint.js';

const TOKEN_SECONDS = 3_600;

export interface BillingApi {
  /** `http://HOST:PORT`. The API is below `/api`, the token endpoint at `/oauth/token`. */
  readonly origin: string;
  readonly isRunning: boolean;
  /** Closes the port and all connections, as an outage does. The invoices stay. */
  stop(): Promise<void>;
  /**
   * Opens the same port again.
   *
   * @throws the error of the system if another program has taken the port
   */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface BillingApiOptions {
  readonly clock?: Clock;
  /** The address to listen on. Default: loopback. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
}

/**
 * Starts the example REST API of the demo. It keeps invoices in memory, and requires a token from
 * its OAuth2 token endpoint.
 */
export async function startBillingApi(options: BillingApiOptions = {}): Promise<BillingApi> {
  const { clock = systemClock, host = '127.0.0.1' } = options;
  const invoices = createInvoiceBook();
  const tokens = createTokenBook(TOKEN_SECONDS, clock);
  const server = createServer((request, response) => {
    reply(invoices, tokens, request).then(
      (found) => send(response, found),
      (error: unknown) => {
        if (error instanceof BadRequest) send(response, error.reply);
        else response.destroy();
      },
    );
  });
  async function listen(port: number): Promise<void> {
    if (server.listening) return;
    server.listen(port, host);
    await once(server, 'listening');
  }
  async function stop(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  /** One step at a time: two users may press the switch at once. */
  let last: Promise<unknown> = Promise.resolve();
  function afterLast(step: () => Promise<void>): Promise<void> {
    const done = last.then(step);
    last = done.catch(() => {});
    return done;
  }
  return {
    origin: `http://${host}:${port}`,
    get isRunning() {
      return server.listening;
    },
    stop: () => afterLast(stop),
    start: () => afterLast(() => listen(port)),
    close: () => afterLast(stop),
  };
}

async function reply(invoices: InvoiceBook, tokens: TokenBook, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/oauth/token') return issueToken(tokens, request);
  if (!url.pathname.startsWith('/api/')) return notFound('no such page');
  // Checks the token first, so that a client without a token does not learn which invoices exist.
  return refuseToken(tokens, request) ?? replyWithInvoice(invoices, url, request);
}

async function replyWithInvoice(book: InvoiceBook, url: URL, request: IncomingMessage): Promise<Reply> {
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
      if (JSON.stringify({ ...before, ...changes }).length > MAX_BODY_BYTES) return tooLarge();
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

/** A response has the lines of an invoice only with `expand=lines`. */
function withoutLines(invoice: Invoice): Record<string, unknown> {
  const { lines: _lines, ...summary } = invoice;
  return summary;
}

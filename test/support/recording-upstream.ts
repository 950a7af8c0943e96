import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { readTlsFixtures } from './tls-fixtures.js';

/** One request as it arrived. */
export interface RecordedRequest {
  /** 1 for the first complete request. */
  readonly number: number;
  readonly method: string;
  /** The request target exactly as in the request line. */
  readonly url: string;
  /** Names and values in turns, in the order and spelling of the request. */
  readonly rawHeaders: readonly string[];
  /** The same headers with lower-case names, from Node. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  /** 1 for the first connection. Requests with equal numbers came over the same connection. */
  readonly connection: number;
  /**
   * Resolves when the exchange ends: true if the whole response was sent, false if the client left
   * before.
   */
  readonly responded: Promise<boolean>;
}

/**
 * An ordinary response: status 200 and an empty body by default. `json` also sets the content type.
 */
export interface UpstreamResponse {
  readonly status?: number;
  readonly reason?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  readonly json?: unknown;
}

/** Bytes that are written to the bare socket, and what happens to the connection then. */
export interface RawResponse {
  readonly raw: string | Uint8Array;
  readonly afterwards: 'reset' | 'close' | 'hang';
}

/** `reset` (RST) or `close` (FIN) without a response, or no response at all. */
export const RESET: RawResponse = { raw: '', afterwards: 'reset' };
export const CLOSE: RawResponse = { raw: '', afterwards: 'close' };
export const HANG: RawResponse = { raw: '', afterwards: 'hang' };

export type ResponseHandler = (
  request: RecordedRequest,
  response: ServerResponse,
) => UpstreamResponse | RawResponse | Promise<UpstreamResponse | RawResponse | 'handled'> | 'handled';

export interface RecordingUpstreamOptions {
  /**
   * Uses HTTPS with the test certificate; options of node:https may be added (`requestCert`, `ca`
   * …).
   */
  readonly tls?: boolean | TlsServerOptions;
  readonly server?: ServerOptions;
  /** 0, an ephemeral port, by default. */
  readonly port?: number;
}

export interface RecordingUpstream {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly url: string;
  readonly port: number;
  /** All complete requests, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Connections open now. */
  readonly openConnections: number;
  /** Responds from now on with `handler`. */
  respondWith(handler: ResponseHandler): void;
  /** The N-th request (1-based), now or when it is complete. */
  arrived(number: number): Promise<RecordedRequest>;
  /** Resolves when no connection is open. */
  drained(): Promise<void>;
  /** Forgets the recorded requests, and counts from 1 again. */
  clear(): void;
  /** Closes every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * A real HTTP server on a loopback port that records requests and responds as the test says.
 * Without a handler it responds 200 `{"ok":true}`. If a handler throws, it responds 599 with the
 * error's text, so that the test sees it.
 */
export async function startRecordingUpstream(
  handler: ResponseHandler = () => ({ json: { ok: true } }),
  options: RecordingUpstreamOptions = {},
): Promise<RecordingUpstream> {
  let current = handler;
  let requests: RecordedRequest[] = [];
  let waiting: { number: number; resolve: (request: RecordedRequest) => void }[] = [];
  let whenDrained: (() => void)[] = [];
  let accepted = 0;
  const open = new Map<Socket, number>();

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const responded = new Promise<boolean>((resolve) => {
      response.once('close', () => resolve(response.writableFinished));
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.once('end', () => {
      const body = Buffer.concat(chunks);
      const recorded: RecordedRequest = {
        number: requests.length + 1,
        method: request.method ?? '',
        url: request.url ?? '',
        rawHeaders: request.rawHeaders,
        headers: request.headers,
        body,
        text: body.toString('utf8'),
        connection: open.get(request.socket) ?? 0,
        responded,
      };
      requests.push(recorded);
      const ready = waiting.filter((waiter) => waiter.number === recorded.number);
      waiting = waiting.filter((waiter) => waiter.number !== recorded.number);
      for (const waiter of ready) waiter.resolve(recorded);
      void reply(recorded, response, current);
    });
  };

  const server =
    options.tls === undefined || options.tls === false
      ? createHttpServer(options.server ?? {}, listener)
      : createHttpsServer(
          { ...serverIdentity(), ...options.server, ...(options.tls === true ? {} : options.tls) },
          listener,
        );
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    accepted += 1;
    open.set(socket, accepted);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size > 0) return;
      const resolvers = whenDrained;
      whenDrained = [];
      for (const resolve of resolvers) resolve();
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    get requests() {
      return requests;
    },
    get connections() {
      return accepted;
    },
    get openConnections() {
      return open.size;
    },
    respondWith(next) {
      current = next;
    },
    arrived(number) {
      const already = requests[number - 1];
      if (already !== undefined) return Promise.resolve(already);
      return new Promise((resolve) => waiting.push({ number, resolve }));
    },
    drained() {
      if (open.size === 0) return Promise.resolve();
      return new Promise((resolve) => whenDrained.push(resolve));
    },
    clear() {
      requests = [];
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const socket of open.keys()) socket.destroy();
      await closed;
    },
  };
}

function serverIdentity(): { cert: string; key: string } {
  const { serverCert, serverKey } = readTlsFixtures();
  return { cert: serverCert, key: serverKey };
}

async function reply(
  request: RecordedRequest,
  response: ServerResponse,
  handler: ResponseHandler,
): Promise<void> {
  let planned: UpstreamResponse | RawResponse | 'handled';
  try {
    planned = await handler(request, response);
  } catch (error) {
    planned = { status: 599, body: `the test's handler threw: ${String(error)}` };
  }
  if (planned === 'handled' || response.destroyed) return;
  if ('raw' in planned) return sendRaw(response, planned);
  const body = planned.json === undefined ? planned.body : JSON.stringify(planned.json);
  const type: OutgoingHttpHeaders = planned.json === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, ...planned.headers };
  if (planned.reason === undefined) response.writeHead(planned.status ?? 200, headers);
  else response.writeHead(planned.status ?? 200, planned.reason, headers);
  response.end(body ?? '');
}

function sendRaw(response: ServerResponse, planned: RawResponse): void {
  const socket = response.socket;
  if (socket === null) return;
  const finish = (): void => {
    if (planned.afterwards === 'reset') socket.resetAndDestroy();
    if (planned.afterwards === 'close') socket.destroy();
  };
  if (planned.raw.length === 0) finish();
  else socket.write(planned.raw, finish);
}

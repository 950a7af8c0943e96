import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A seeded generator of numbers in [0, 1): the same seed gives the same run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ChaosOptions {
  /**
   * Share of requests, 0 to 1, whose connection is reset after the commit and before the response.
   */
  readonly resetShare: number;
  /** Seed of the random choice. */
  readonly seed: number;
  /**
   * Name of a header by which a repeated request is recognised and not committed again. None by
   * default.
   */
  readonly idempotencyHeader?: string;
}

export interface ChaosUpstream {
  readonly url: string;
  /** What was committed, in order: the bodies of the POSTs. */
  readonly ledger: readonly string[];
  /** Requests that arrived, including repeated ones. */
  readonly received: number;
  /** Connections reset on purpose. */
  readonly resets: number;
  close(): Promise<void>;
}

/**
 * Answers every POST with 201 after writing its body to the ledger, and resets some connections
 * between the two.
 */
export async function startChaosUpstream(options: ChaosOptions): Promise<ChaosUpstream> {
  const random = seededRandom(options.seed);
  const ledger: string[] = [];
  const seen = new Set<string>();
  let received = 0;
  let resets = 0;
  const header = options.idempotencyHeader?.toLowerCase();

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (body === undefined) return;
    received += 1;
    const key = header === undefined ? undefined : request.headers[header]?.toString();
    if (key === undefined || !seen.has(key)) ledger.push(body);
    if (key !== undefined) seen.add(key);
    if (random() < options.resetShare) {
      resets += 1;
      request.socket.resetAndDestroy();
      return;
    }
    respondCreated(response, ledger.length);
  });
  return {
    ...(await listen(server)),
    ledger,
    get received() {
      return received;
    },
    get resets() {
      return resets;
    },
  };
}

export interface IdleClosingOptions {
  /** How long an idle connection lives. 5 s by default. */
  readonly idleMs?: number;
  /** Whether responses announce that in a Keep-Alive header. */
  readonly hint: boolean;
}

export interface IdleClosingUpstream {
  readonly url: string;
  readonly received: number;
  readonly connections: number;
  close(): Promise<void>;
}

/**
 * Responds 201 to every request and closes idle connections: the race in which a reused connection
 * loses a POST.
 */
export async function startIdleClosingUpstream(options: IdleClosingOptions): Promise<IdleClosingUpstream> {
  let received = 0;
  let connections = 0;
  const idleMs = options.idleMs ?? 5_000;
  const server = createServer(async (request, response) => {
    if ((await readBody(request)) === undefined) return;
    received += 1;
    if (options.hint) response.setHeader('keep-alive', `timeout=${Math.floor(idleMs / 1000)}`);
    response.once('finish', () => idleFrom(request.socket));
    respondCreated(response, received);
  });
  // Node's own timer fires one second after the announced time; the test needs the announced time.
  server.keepAliveTimeout = 0;
  function idleFrom(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), idleMs);
    for (const end of ['data', 'close']) socket.once(end, () => clearTimeout(timer));
  }
  server.on('connection', () => {
    connections += 1;
  });
  return {
    ...(await listen(server)),
    get received() {
      return received;
    },
    get connections() {
      return connections;
    },
  };
}

function respondCreated(response: ServerResponse, id: number): void {
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id }));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

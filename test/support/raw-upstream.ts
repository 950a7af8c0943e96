import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request as it arrived on a bare socket. */
export interface RawRequest {
  readonly method: string;
  readonly head: string;
  readonly body: string;
  /** 1 for the first connection accepted. */
  readonly connection: number;
  /** 1 for the first request on its connection. */
  readonly number: number;
  readonly socket: Socket;
}

export interface RawUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RawRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Resolves when no connection is open. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A TCP server that reads HTTP and responds with any bytes, also invalid ones. It keeps the
 * connection open.
 */
export async function startRawUpstream(
  answer: (request: RawRequest) => string | undefined,
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const open = new Set<Socket>();
  let whenDrained: (() => void)[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let number = 0;
    let buffered = Buffer.alloc(0);
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const resolve of whenDrained) resolve();
      whenDrained = [];
    });
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (;;) {
        const end = buffered.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = buffered.toString('latin1', 0, end);
        const bodyEnd = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (buffered.length < bodyEnd) return;
        const body = buffered.toString('utf8', end + 4, bodyEnd);
        buffered = buffered.subarray(bodyEnd);
        const method = head.slice(0, head.indexOf(' '));
        const request = { method, head, body, connection, number: ++number, socket };
        requests.push(request);
        const text = answer(request);
        if (text !== undefined) socket.write(text);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections;
    },
    drained: () =>
      open.size === 0 ? Promise.resolve() : new Promise((resolve) => whenDrained.push(resolve)),
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A response with this JSON, as bytes on the wire. */
export function jsonResponse(json: string, head = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n${head}\r\n${json}`;
}

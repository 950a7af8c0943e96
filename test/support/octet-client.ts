import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readTlsFixtures } from './tls-fixtures.js';

/** A connection that sends and receives bare octets. */
export interface OctetClient {
  readonly socket: Socket;
  write(octets: Uint8Array | string): void;
  /** The next octets. Rejects if the connection closes first, or they do not arrive within 5 s. */
  read(count: number): Promise<Buffer>;
  /** All octets up to the end of the connection. */
  rest(): Promise<Buffer>;
  /** Resolves when the connection has closed, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}

const WAIT_MS = 5000;

/**
 * Connects to a listener without any handshake, to send what no client would send.
 *
 * @param url `ws:`, `wss:`, `rs:`, `rss:` or `rs://unix:`
 * @param options.halfOpen keep our half open when the listener ends its own, as autobahn|js does
 */
export async function connectOctets(
  url: string,
  options: { readonly halfOpen?: boolean } = {},
): Promise<OctetClient> {
  const socket = open(url, options.halfOpen === true);
  let received = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => {};
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => {});
  socket.on('end', () => {
    ended = true;
    wake();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true;
      wake();
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(/^(?:wss|rss):/.test(url) ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });

  async function until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!holds()) {
      if (Date.now() >= deadline) throw new Error(`only ${received.length} octets came: ${hex(received)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, WAIT_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    socket,
    write: (octets) => void socket.write(octets),
    async read(count) {
      await until(() => received.length >= count || ended);
      if (received.length < count)
        throw new Error(`closed after ${received.length} octets: ${hex(received)}`);
      const taken = received.subarray(0, count);
      received = received.subarray(count);
      return taken;
    },
    async rest() {
      await until(() => ended);
      return received;
    },
    closed,
    close: () => socket.destroy(),
  };
}

const hex = (octets: Buffer): string => octets.subarray(0, 40).toString('hex');

function open(url: string, allowHalfOpen: boolean): Socket {
  const path = /^rs:\/\/unix:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return connect({ path, allowHalfOpen });
  const { hostname, port, protocol } = new URL(url);
  const place = { host: hostname, port: Number(port) };
  if (protocol !== 'wss:' && protocol !== 'rss:') return connect({ ...place, allowHalfOpen });
  return connectTls({ ...place, ca: readTlsFixtures().ca, servername: '' });
}

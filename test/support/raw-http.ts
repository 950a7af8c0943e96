import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readTlsFixtures } from './tls-fixtures.js';

/** A response, as its octets tell it. */
export interface RawResponse {
  readonly status: number;
  /** By lower-case name, in the order of the response. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** A connection that sends bare octets to an HTTP server. */
export interface RawHttp {
  readonly socket: Socket;
  send(octets: string | Uint8Array): void;
  /** The next complete response. Rejects if the connection closes first. */
  response(): Promise<RawResponse>;
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * @param url `http://127.0.0.1:PORT` or `https://…`
 * @param options.certificate whether to present the client certificate of the tests
 */
export async function openRawHttp(
  url: string,
  options: { readonly certificate?: boolean } = {},
): Promise<RawHttp> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  const { ca, clientCert, clientKey } = readTlsFixtures();
  const own = options.certificate === true ? { cert: clientCert, key: clientKey } : {};
  const socket = isTls
    ? connectTls({ host, port: Number(port), ca, servername: 'localhost', ...own })
    : connect({ host, port: Number(port) });
  let received = '';
  let hasEnded = false;
  let wake = (): void => {};
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      hasEnded = true;
      wake();
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(isTls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });

  return {
    socket,
    send: (octets) => void socket.write(octets),
    async response() {
      for (;;) {
        const found = takeResponse(received);
        if (found !== undefined) {
          received = received.slice(found.length);
          return found.response;
        }
        if (hasEnded) throw new Error(`no complete response: ${JSON.stringify(received)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    closed,
    close: () => void socket.destroy(),
  };
}

/** Sends octets on a connection of their own, and returns the first response. */
export async function rawRequest(url: string, octets: string | Uint8Array): Promise<RawResponse> {
  const http = await openRawHttp(url);
  http.send(octets);
  try {
    return await http.response();
  } finally {
    http.close();
  }
}

/** Formats a request with these lines in its head. */
export function requestText(target: string, lines: readonly string[] = [], body = ''): string {
  const method = /^[A-Z]+ /.test(target) ? '' : 'GET ';
  return `${method}${target} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

function takeResponse(text: string): { readonly response: RawResponse; readonly length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const end = headEnd + 4 + Number(headers.get('content-length')?.[0] ?? 0);
  if (text.length < end) return undefined;
  const status = Number(statusLine.split(' ')[1]);
  return { response: { status, headers, body: text.slice(headEnd + 4, end) }, length: end };
}

import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from './security/refusal.js';

/** What every failed request gets. */
export interface ErrorAnswer {
  /** One word for programs. */
  readonly error: string;
  /** One sentence for people. */
  readonly message: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Header fields of every response. Nothing is stored in a cache, no page of another origin can use
 * a response, and a browser runs and loads nothing from it.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export function errorAnswer(error: string, message: string): ErrorAnswer {
  return { error, message };
}

/** Answers a refused request, and closes the connection: its body is not read. */
export function sendRefusal(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  const body = errorText(code, message);
  response.writeHead(status, closingFields(body));
  response.end(body);
}

/** Answers data that is not an HTTP request, and ends the connection. */
export function sendParseError(socket: Duplex, status: 400 | 408 | 431, message: string): void {
  const body = errorText('bad_request', message);
  const fields = Object.entries(closingFields(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`);
}

function errorText(code: string, message: string): string {
  return `${JSON.stringify(errorAnswer(code, message))}\n`;
}

/** The header fields of the last response on a connection. */
function closingFields(body: string): Record<string, string | number> {
  return {
    ...SECURITY_HEADERS,
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** The largest request body. With at most 1,000 invoices, it also limits the memory of the demo. */
export const MAX_BODY_BYTES = 64 * 1024;

/** A response of the example API. */
export interface Reply {
  readonly status: number;
  /** JSON; undefined sends no body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Carries the reply to a malformed request. */
export class BadRequest extends Error {
  constructor(readonly reply: Reply) {
    super('bad request');
  }
}

/** @throws BadRequest if the body is too large or not a JSON object. */
export async function readJsonObject(request: IncomingMessage): Promise<Record<string, unknown>> {
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

/** @throws BadRequest if the body is larger than {@link MAX_BODY_BYTES}. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) throw new BadRequest(tooLarge());
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function tooLarge(): Reply {
  return { status: 413, body: { error: 'an invoice is at most 64 kB' } };
}

export function notFound(error: string): Reply {
  return { status: 404, body: { error } };
}

export function methodNotAllowed(allow: string): Reply {
  return { status: 405, body: { error: 'method not allowed' }, headers: { allow } };
}

/** Sends a reply, unless the client has left. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  if (reply.body === undefined) {
    response.writeHead(reply.status, reply.headers).end();
    return;
  }
  // The body is not read to its end, so the connection cannot carry another request.
  const closing = reply.status === 413 ? { connection: 'close' } : {};
  response
    .writeHead(reply.status, { 'content-type': 'application/json', ...closing, ...reply.headers })
    .end(JSON.stringify(reply.body));
}

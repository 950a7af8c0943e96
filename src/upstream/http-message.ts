import type { ResponseHeaders } from './response-headers.js';

/** HTTP methods that a procedure can have. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

/** One complete request. It goes over the wire as it is here, plus `Host`, `Connection` and `Content-Length`. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** Scheme, host and port: `https://billing.example.com`. */
  readonly origin: string;
  /** Path and query as sent, percent-encoded: `/api/invoices/INV-001?expand=lines`. */
  readonly path: string;
  /** Name, value, name, value … as one flat list. Latin-1, without CR, LF and NUL. */
  readonly headers: readonly string[];
  /** Text is sent as UTF-8. Bytes must not be changed. */
  readonly body: string | Uint8Array | undefined;
}

/** A request for people to read: its body is text. */
export interface ReadableRequest extends HttpRequest {
  readonly body: string | undefined;
}

/** One answer, whole. What `Upstream.send` brings has its content coding undone; what an exchange brings has not. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

/** A body from so many bytes on is read in turns of the event loop; what is shorter takes some milliseconds at most. */
export const LARGE_BODY = 64 * 1024;

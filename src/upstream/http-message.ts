import type { ResponseHeaders } from './response-headers.js';

/** HTTP methods that a procedure can have. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

/** A complete request. Only `Host`, `Connection` and `Content-Length` are added when it is sent. */
export interface HttpRequest {
  readonly method: HttpMethod;
  /** Scheme, host and port: `https://billing.example.com`. */
  readonly origin: string;
  /** Path and query as sent, percent-encoded: `/api/invoices/INV-001?expand=lines`. */
  readonly path: string;
  /** Flat list: name, value, name, value … In Latin-1, without CR, LF and NUL. */
  readonly headers: readonly string[];
  /** Text is sent in UTF-8. Bytes must not be changed. */
  readonly body: string | Uint8Array | undefined;
}

/** A complete response. `Upstream.send` decodes its content coding, an exchange does not. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

/**
 * A body of at least this many bytes is parsed in steps. A shorter one takes a few milliseconds.
 */
export const LARGE_BODY = 64 * 1024;

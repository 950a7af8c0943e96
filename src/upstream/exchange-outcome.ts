import type { ByteStream } from './byte-stream.js';
import type { ConnectionState } from './connection-pool.js';
import type { ExchangeFailure } from './exchange-failure.js';
import type { HttpResponse } from './http-message.js';
import type { ResponseHeaders } from './response-headers.js';

export interface Responded {
  readonly kind: 'response';
  readonly response: HttpResponse;
}
/** The head of a response has arrived, and its body is a stream. */
export interface Streaming {
  readonly kind: 'stream';
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: ByteStream;
}
export interface Canceled {
  readonly kind: 'canceled';
}

/** The request was not sent, because `notAfter` passed before the connection was ready. */
export interface Expired {
  readonly kind: 'expired';
  /** True if an earlier request of the same attempt was sent and got a redirect. */
  readonly sent: boolean;
}

/** How one exchange ended. */
export type ExchangeOutcome = Responded | Streaming | ExchangeFailure | Canceled | Expired;

export interface ExchangeResult {
  readonly outcome: ExchangeOutcome;
  /**
   * The state of the connection after the exchange. It is a promise if the upstream still works on
   * the request: the call has ended, or its body is a stream.
   */
  readonly connection: ConnectionState | Promise<ConnectionState>;
  /**
   * True if a used connection closed before the first byte of the response. Servers close idle
   * connections, so this failure says nothing about the health of the server.
   */
  readonly isStale: boolean;
}

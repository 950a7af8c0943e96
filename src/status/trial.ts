import type { CallOutcome } from '../observe/observer.js';

/** Names a procedure. */
export interface ProcedurePlace {
  readonly realm: string;
  readonly uri: string;
}

/** Where a keyword argument goes in the HTTP request. */
export type ArgumentPlace = 'path' | 'query' | 'header' | 'cookie' | 'body';

/** One keyword argument that a template or an OpenAPI document names. */
export interface TrialArgument {
  readonly name: string;
  readonly places: readonly ArgumentPlace[];
  /** True if there is no request without it. */
  readonly required: boolean;
  /** The default in the template. Null without one. */
  readonly default: string | null;
  /** The JSON type, as in `string` or `string or null`, or `file`. Null if it is not known. */
  readonly type: string | null;
  /** The only values that are allowed. Null if there may be others. */
  readonly choices: readonly string[] | null;
  /** Null without one. */
  readonly description: string | null;
}

/** The answer to `GET /procedure`: what is needed to try a procedure by hand. */
export interface TrialForm {
  readonly uri: string;
  readonly realm: string;
  readonly service: string;
  readonly method: string;
  /** The path template, with secrets masked. */
  readonly path: string;
  readonly arguments: readonly TrialArgument[];
  /** Where other keyword arguments go. */
  readonly remaining: 'query' | 'body' | 'refuse';
  /** Whether calls are allowed (`admin.console_calls`). */
  readonly calls_allowed: boolean;
}

/** The HTTP request that a call would send, with secrets masked. */
export interface TrialRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Null without a body. */
  readonly body: string | null;
  /** The same as a command, with secrets as `$TOKEN` and the like. */
  readonly curl: string;
}

/** The answer to `POST /preview`: the request of a call, or why there is none. */
export type TrialPreview =
  | { readonly kind: 'request'; readonly request: TrialRequest }
  | { readonly kind: 'bad_request'; readonly message: string };

/** A body as the caller gets it. */
export type TrialBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly size: number }
  | { readonly kind: 'empty' };

/** The answer to `POST /call`: how the call ended. */
export interface TrialResult {
  readonly outcome: CallOutcome;
  /** The WAMP error URI. Null for a result. */
  readonly error: string | null;
  readonly status: number | null;
  /** The `code` of an error of the gateway. */
  readonly code: string | null;
  /** The sentence of an error of the gateway. */
  readonly message: string | null;
  /** The `id` of an error of the gateway, which the log has too. */
  readonly id: string | null;
  readonly duration_ms: number;
  readonly attempts: number;
  /** Seconds to wait before the next call. Null if not known. */
  readonly retry_after: number | null;
  readonly body: TrialBody;
  /** True if the body is larger than what is shown. */
  readonly is_cut: boolean;
  /** True if pages of a list are left (`pages.next`). */
  readonly has_more: boolean;
}

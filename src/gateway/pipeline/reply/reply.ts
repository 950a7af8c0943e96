import type { CallErrorCode } from '../../../errors.js';
import type { HttpRequest, HttpResponse } from '../../../upstream/http-message.js';
import { allHeaders, type ResponseHeaders } from '../../../upstream/response-headers.js';
import { requestHeader } from '../request/headers.js';
import { type AnswerRule, type SelectedBody, selectBody } from './answer-rule.js';
import { type DecodeRule, decodeBody, type RefusedBody, type ReplyBody } from './decode-body.js';
import { statusUri } from './status-uris.js';

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The outcome of a call, independent of WAMP. */
export type Reply =
  /** The upstream responded with success. */
  | {
      readonly kind: 'result';
      readonly status: number;
      readonly body: ReplyBody;
      readonly headers: ReplyHeaders | undefined;
      /** Further kwargs, such as the number of parts that came before. */
      readonly extra?: Readonly<Record<string, number | boolean>>;
    }
  /** The upstream responded with an error. */
  | {
      readonly kind: 'error';
      readonly uri: string;
      readonly status: number;
      readonly body: ReplyBody;
      readonly headers: ReplyHeaders | undefined;
    }
  /** The gateway itself failed to get a response, or to pass it on. */
  | {
      readonly kind: 'failure';
      readonly code: CallErrorCode;
      readonly uri: string;
      readonly kwargs: Readonly<Record<string, unknown>>;
    };

/** How a procedure passes responses on to its callers. */
export interface ReplyRule {
  readonly errors: ReadonlyMap<number, string>;
  /** Names of the response headers to pass on, in lower case. */
  readonly responseHeaders: readonly string[];
  /** How bodies are decoded. */
  readonly decode: DecodeRule;
  readonly answer: AnswerRule;
}

/**
 * Maps a response to a reply. If its body cannot be passed on, returns the reason. Pure.
 *
 * @param body the decoded and selected body, if it is already known
 */
export function mapResponse(
  request: HttpRequest,
  response: HttpResponse,
  rule: ReplyRule,
  body: SelectedBody = selectBody(
    decodeBody(response, rule.decode),
    rule.answer.selectorFor(response.status),
  ),
): Reply | RefusedBody {
  if (body.kind === 'refused') return body;
  const { status } = response;
  const headers =
    rule.responseHeaders.length === 0 ? undefined : pickHeaders(response.headers, rule.responseHeaders);
  if (body.kind === 'api_error') {
    return { kind: 'error', uri: rule.answer.errorUri, status, body: body.body, headers };
  }
  if (rule.answer.isSuccess(status)) return { kind: 'result', status, body, headers };
  if (status === 304 && isConditional(request))
    return { kind: 'result', status, body: { kind: 'text', text: '' }, headers };
  return { kind: 'error', uri: statusUri(status, rule.errors), status, body, headers };
}

/** A 304 is a success only for a conditional request (RFC 9110 §15.4.5). */
function isConditional(request: HttpRequest): boolean {
  return (
    requestHeader(request.headers, 'if-none-match') !== undefined ||
    requestHeader(request.headers, 'if-modified-since') !== undefined
  );
}

/**
 * Set-Cookie is a list, because its values cannot be joined (RFC 9110 §5.3). Other fields are one
 * text.
 */
export function pickHeaders(headers: ResponseHeaders, names: readonly string[]): ReplyHeaders {
  const picked: Record<string, string | readonly string[]> = {};
  for (const name of names) {
    const values = allHeaders(headers, name);
    if (values.length > 0) picked[name] = name === 'set-cookie' ? values : values.join(', ');
  }
  return picked;
}

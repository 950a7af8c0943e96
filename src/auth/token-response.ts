import type { HttpResponse } from '../upstream/http-message.js';
import { firstHeader } from '../upstream/response-headers.js';
import { parseRetryAfter } from '../upstream/retry-after.js';
import type { UpstreamOutcome } from '../upstream/upstream.js';
import { readTokenDocument, type TokenPlace, tokenIn, valueAt } from './token-place.js';

/** Where to find the parts of a token response. */
export interface TokenResponseRule {
  readonly token: TokenPlace;
  readonly errorPath: readonly string[] | undefined;
  readonly expiresInPath: readonly string[] | undefined;
  /** Whether `auth.apply` can place a token. */
  readonly isPlaceable: (token: string) => boolean;
}

/** The result of a token request. */
export type TokenResponse =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** The unparsed value at `expires_in_path`. Undefined if there is none. */
      readonly expiresIn: unknown;
      /**
       * When the endpoint responded, in milliseconds since the epoch. If the response has a date,
       * the time is from the endpoint's own clock.
       */
      readonly answeredAt: number;
    }
  | {
      readonly kind: 'none';
      /**
       * For the log: a status, a code of RFC 6749, or the kind of failure. Contains nothing else
       * from the response.
       */
      readonly cause: string;
      /** True if the IdP refuses these credentials. Newer ones may help. */
      readonly credentialsRefused: boolean;
      /** Milliseconds to wait before the next request, if the IdP says so. */
      readonly retryAfterMs: number | undefined;
    };

/**
 * Error codes that the log may contain (RFC 6749 §5.2). Other codes may be secrets and stay out.
 */
const ERROR_CODES: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);
const REFUSED_CREDENTIALS: ReadonlySet<unknown> = new Set([
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
]);

/**
 * Reads the result of a token request. Pure.
 *
 * @param nowWall milliseconds since the epoch, for dates
 */
export function readTokenResponse(
  outcome: UpstreamOutcome,
  rule: TokenResponseRule,
  nowWall: number,
): TokenResponse {
  if (outcome.kind === 'failure') return none(`the token endpoint: ${outcome.code}, ${outcome.detail}`);
  if (outcome.kind !== 'response') return none('the token request was cancelled');
  const { response } = outcome;
  const document = readTokenDocument(response);
  const error = errorOf(response, document.value, rule);
  if (error !== undefined) return refused(response, error, nowWall);
  const unusable = (message: string) => refused(response, { message, code: undefined }, nowWall);
  const token = tokenIn(rule.token, response, document);
  if (typeof token !== 'string') return unusable(token.problem);
  if (!rule.isPlaceable(token)) return unusable('its token is not allowed where auth.apply puts it');
  const expiresIn = rule.expiresInPath && valueAt(document.value, rule.expiresInPath);
  return { kind: 'token', token, expiresIn, answeredAt: dateOf(response, nowWall) };
}

/** The error in a response: a message for the log, and the error code in the response. */
interface ResponseError {
  readonly message: string;
  readonly code: unknown;
}

/**
 * Returns the error that a response reports. Returns undefined if the response may contain a token.
 */
function errorOf(
  response: HttpResponse,
  document: unknown,
  rule: TokenResponseRule,
): ResponseError | undefined {
  if (response.status < 200 || response.status > 299) {
    const code = valueAt(document, ['error']) ?? valueAt(document, rule.errorPath ?? []);
    return { message: `status ${response.status}${ERROR_CODES.has(code) ? ` ${code}` : ''}`, code };
  }
  const error = rule.errorPath && valueAt(document, rule.errorPath);
  if (!isError(error)) return undefined;
  return { message: `a value at error_path${ERROR_CODES.has(error) ? ` (${error})` : ''}`, code: error };
}

/** Some APIs always send the field. Without an error, it has one of these values. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

function refused(response: HttpResponse, { message, code }: ResponseError, nowWall: number): TokenResponse {
  return {
    ...none(`the token endpoint: ${message}`),
    credentialsRefused: response.status === 401 || response.status === 403 || REFUSED_CREDENTIALS.has(code),
    retryAfterMs: parseRetryAfter(firstHeader(response.headers, 'retry-after'), nowWall),
  };
}

function none(cause: string): Extract<TokenResponse, { kind: 'none' }> {
  return { kind: 'none', cause, credentialsRefused: false, retryAfterMs: undefined };
}

/** If the endpoint's clock differs by more than this, it is wrong and is ignored. */
const MAX_CLOCK_DIFFERENCE_MS = 24 * 3_600_000;

/** The Date of a response (RFC 9110 §6.6.1). The endpoint's clock may differ from the gateway's. */
function dateOf(response: HttpResponse, nowWall: number): number {
  const date = Date.parse(firstHeader(response.headers, 'date') ?? '');
  return Math.abs(date - nowWall) <= MAX_CLOCK_DIFFERENCE_MS ? date : nowWall;
}

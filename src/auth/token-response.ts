import type { HttpResponse } from '../upstream/http-message.js';
import { firstHeader } from '../upstream/response-headers.js';
import { retryAfterMs } from '../upstream/retry-after.js';
import type { UpstreamOutcome } from '../upstream/upstream.js';
import { readTokenDocument, type TokenPlace, tokenIn, valueAt } from './token-place.js';

/** Where things stand in a token answer. */
export interface TokenResponseRule {
  readonly token: TokenPlace;
  readonly errorPath: readonly string[] | undefined;
  readonly expiresInPath: readonly string[] | undefined;
  /** Whether a token can stand where `auth.apply` says. */
  readonly isPlaceable: (token: string) => boolean;
}

/** What a token request came to. */
export type TokenResponse =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** What stands at `expires_in_path`, unread; undefined where nothing does. */
      readonly expiresIn: unknown;
      /** When it was answered, by the endpoint's own clock where it says so: milliseconds since the epoch. */
      readonly answeredAt: number;
    }
  | {
      readonly kind: 'none';
      /** For the log: a status, a code of RFC 6749 or the kind of failure. Holds nothing else of what the IdP sent. */
      readonly cause: string;
      /** The IdP does not take these credentials: newer ones may help. */
      readonly credentialsRefused: boolean;
      /** Milliseconds that the IdP asks to be left alone for. */
      readonly retryAfterMs: number | undefined;
    };

/** Error codes that may be named in the log (RFC 6749 §5.2); others are the IdP's own words and stay out. */
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
 * Reads what came of a token request; pure.
 *
 * @param nowWall milliseconds since the epoch, for dates.
 */
export function readTokenResponse(
  outcome: UpstreamOutcome,
  rule: TokenResponseRule,
  nowWall: number,
): TokenResponse {
  if (outcome.kind === 'failure') return none(`the token endpoint: ${outcome.code}, ${outcome.detail}`);
  if (outcome.kind !== 'response') return none('the token request was given up');
  const { response: answer } = outcome;
  const document = readTokenDocument(answer);
  const fault = errorOf(answer, document.value, rule);
  if (fault !== undefined) return refused(answer, fault, nowWall);
  const useless = (words: string) => refused(answer, { words, code: undefined }, nowWall);
  const token = tokenIn(rule.token, answer, document);
  if (typeof token !== 'string') return useless(token.problem);
  if (!rule.isPlaceable(token)) return useless('its token cannot stand where auth.apply says');
  const expiresIn = rule.expiresInPath && valueAt(document.value, rule.expiresInPath);
  return { kind: 'token', token, expiresIn, answeredAt: dateOf(answer, nowWall) };
}

/** Why an answer holds no token, in words for the log, and the code that it names. */
interface Fault {
  readonly words: string;
  readonly code: unknown;
}

/** Undefined where the answer may hold a token. */
function errorOf(answer: HttpResponse, document: unknown, rule: TokenResponseRule): Fault | undefined {
  if (answer.status < 200 || answer.status > 299) {
    const code = valueAt(document, ['error']) ?? valueAt(document, rule.errorPath ?? []);
    return { words: `status ${answer.status}${ERROR_CODES.has(code) ? ` ${code}` : ''}`, code };
  }
  const error = rule.errorPath && valueAt(document, rule.errorPath);
  if (!isError(error)) return undefined;
  return { words: `a value at error_path${ERROR_CODES.has(error) ? ` (${error})` : ''}`, code: error };
}

/** Some APIs always have the field, and put one of these there when all is well. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

function refused(answer: HttpResponse, { words, code }: Fault, nowWall: number): TokenResponse {
  return {
    ...none(`the token endpoint: ${words}`),
    credentialsRefused: answer.status === 401 || answer.status === 403 || REFUSED_CREDENTIALS.has(code),
    retryAfterMs: retryAfterMs(firstHeader(answer.headers, 'retry-after'), nowWall),
  };
}

function none(cause: string): Extract<TokenResponse, { kind: 'none' }> {
  return { kind: 'none', cause, credentialsRefused: false, retryAfterMs: undefined };
}

/** A clock that is further off than this is broken. */
const MAX_CLOCK_DIFFERENCE_MS = 24 * 3_600_000;

/** Its time by the endpoint's clock, which may differ from this machine's; RFC 9110 §6.6.1. */
function dateOf(answer: HttpResponse, nowWall: number): number {
  const date = Date.parse(firstHeader(answer.headers, 'date') ?? '');
  return Math.abs(date - nowWall) <= MAX_CLOCK_DIFFERENCE_MS ? date : nowWall;
}

import { firstHeader } from '../upstream/answer-headers.js';
import type { HttpAnswer } from '../upstream/http-message.js';
import { retryAfterMs } from '../upstream/retry-after.js';
import type { UpstreamOutcome } from '../upstream/upstream.js';

/** Where things stand in the JSON of a token answer. */
export interface TokenAnswerRule {
  readonly tokenPath: readonly string[];
  readonly errorPath: readonly string[] | undefined;
  readonly expiresInPath: readonly string[] | undefined;
  /** Whether a token can stand where `auth.apply` says. */
  readonly isPlaceable: (token: string) => boolean;
}

/** What a token request came to. */
export type TokenAnswer =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** What stands at `expires_in_path`, unread; undefined where nothing does. */
      readonly expiresIn: unknown;
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
 * @param nowWall milliseconds since the epoch, for Retry-After dates.
 */
export function readTokenAnswer(
  outcome: UpstreamOutcome,
  rule: TokenAnswerRule,
  nowWall: number,
): TokenAnswer {
  if (outcome.kind === 'failure') return none(`the token endpoint: ${outcome.code}, ${outcome.detail}`);
  if (outcome.kind !== 'answer') return none('the token request was given up');
  const { answer } = outcome;
  const document = parseDocument(answer.body);
  const fault = errorOf(answer, document, rule);
  if (fault !== undefined) return refused(answer, fault, nowWall);
  const useless = (words: string) => refused(answer, { words, code: undefined }, nowWall);
  const token = valueAt(document, rule.tokenPath);
  if (typeof token !== 'string' || token === '') return useless('no text at token_path');
  if (!rule.isPlaceable(token)) return useless('its token cannot stand where auth.apply says');
  const expiresIn = rule.expiresInPath && valueAt(document, rule.expiresInPath);
  return { kind: 'token', token, expiresIn };
}

/** Why an answer holds no token, in words for the log, and the code that it names. */
interface Fault {
  readonly words: string;
  readonly code: unknown;
}

/** Undefined where the answer may hold a token. */
function errorOf(answer: HttpAnswer, document: unknown, rule: TokenAnswerRule): Fault | undefined {
  if (answer.status !== 200) {
    const code = valueAt(document, ['error']) ?? valueAt(document, rule.errorPath ?? []);
    return { words: `status ${answer.status}${ERROR_CODES.has(code) ? ` ${code}` : ''}`, code };
  }
  if (document === undefined) return { words: 'its answer is not JSON', code: undefined };
  const error = rule.errorPath && valueAt(document, rule.errorPath);
  if (!isError(error)) return undefined;
  return { words: `a value at error_path${ERROR_CODES.has(error) ? ` (${error})` : ''}`, code: error };
}

/** Some APIs always have the field, and put one of these there when all is well. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

function refused(answer: HttpAnswer, { words, code }: Fault, nowWall: number): TokenAnswer {
  return {
    ...none(`the token endpoint: ${words}`),
    credentialsRefused: answer.status === 401 || answer.status === 403 || REFUSED_CREDENTIALS.has(code),
    retryAfterMs: retryAfterMs(firstHeader(answer.headers, 'retry-after'), nowWall),
  };
}

function none(cause: string): Extract<TokenAnswer, { kind: 'none' }> {
  return { kind: 'none', cause, credentialsRefused: false, retryAfterMs: undefined };
}

/** A byte order mark may be ignored (RFC 8259 §8.1), and the decoder does so. */
function parseDocument(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** Own members only: a path named `constructor` leads nowhere. */
function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

import type { ProcedureSettings } from '../../../config/model.js';
import { matchesStatus } from '../../../config/types/answer-types.js';
import { isEmptyValue, valueAtPath } from '../../../json-text/value-at-path.js';
import type { DecodedBody, RefusedBody, ReplyBody } from './decode-body.js';
import { OTHER_URI } from './status-uris.js';

/** JSON of a response, as far as its procedure wants it. */
export type SelectedJson =
  | { readonly kind: 'json'; readonly json: Buffer }
  /** The API reports an error in it (`error_path`). */
  | { readonly kind: 'api_error' }
  | RefusedBody;

/** A body with what the answer rule says about it. */
export type SelectedBody = DecodedBody | { readonly kind: 'api_error'; readonly body: ReplyBody };

/** Selects what callers get of a body. */
export interface BodySelector {
  /** @param json valid JSON. The event loop can run between the steps. */
  json(json: Buffer): Generator<void, SelectedJson>;
  /** What a body that is not JSON becomes. Undefined: it stays as it is */
  readonly other: ReplyBody | RefusedBody | undefined;
}

/** Which responses are successes, and what callers get of them. */
export interface AnswerRule {
  isSuccess(status: number): boolean;
  /** The URI for a value at `error_path`. */
  readonly errorUri: string;
  /** Undefined if callers get the whole body. */
  selectorFor(status: number): BodySelector | undefined;
}

type AnswerSettings = Pick<
  ProcedureSettings,
  'success' | 'error_path' | 'errors.body' | 'response.path' | 'response.path_optional'
>;

export const is2xx = (status: number): boolean => status >= 200 && status < 300;

/** Compiles what becomes of the responses of a procedure. */
export function compileAnswer(settings: AnswerSettings): AnswerRule {
  const { success, error_path: errorPath, 'response.path': path } = settings;
  const isOptional = settings['response.path_optional'];
  const isSuccess = compileSuccess(success);
  const errorUri = settings['errors.body'] ?? OTHER_URI;
  if (errorPath === undefined && path === undefined) {
    return { isSuccess, errorUri, selectorFor: () => undefined };
  }
  const part = path === undefined ? undefined : compileSelector(undefined, path, isOptional);
  const whole = compileSelector(errorPath, path, isOptional);
  return {
    isSuccess,
    errorUri,
    selectorFor(status) {
      // A 304 has no body (RFC 9110 section 15.4.5). The caller has it already.
      if (!isSuccess(status) || status === 304) return undefined;
      return is2xx(status) ? whole : part;
    },
  };
}

function compileSuccess(patterns: AnswerSettings['success']): AnswerRule['isSuccess'] {
  if (patterns.length === 1 && patterns[0] === '2xx') return is2xx;
  const statuses = new Set<number>();
  for (let status = 200; status < 600; status++) if (matchesStatus(patterns, status)) statuses.add(status);
  return (status) => statuses.has(status);
}

const MISSING: RefusedBody = {
  kind: 'refused',
  reason: 'the response has nothing at response.path',
  message: 'The response of the API lacks the part that callers get',
};

/** @param path undefined for the whole body */
function compileSelector(
  errorPath: readonly string[] | undefined,
  path: readonly string[] | undefined,
  isOptional: boolean,
): BodySelector {
  const none = isOptional ? ({ kind: 'json', json: Buffer.from('null') } as const) : MISSING;
  return {
    *json(json) {
      const error = errorPath && (yield* valueAtPath(json, errorPath));
      if (error !== undefined && !isEmptyValue(error)) return { kind: 'api_error' };
      if (path === undefined) return { kind: 'json', json };
      const found = yield* valueAtPath(json, path);
      return found === undefined ? none : { kind: 'json', json: found };
    },
    other: path === undefined ? undefined : none,
  };
}

/** Selects in one go, for a body that is not large. */
export function selectBody(body: DecodedBody, selector: BodySelector | undefined): SelectedBody {
  if (selector === undefined || body.kind === 'refused') return body;
  if (body.kind !== 'json') return selector.other ?? body;
  const { buffer, byteOffset, length } = body.json;
  const work = selector.json(Buffer.from(buffer, byteOffset, length));
  for (;;) {
    const step = work.next();
    if (step.done !== true) continue;
    return step.value.kind === 'api_error' ? { kind: 'api_error', body } : step.value;
  }
}

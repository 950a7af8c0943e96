import type { ProcedureConfig } from '../../../config/model.js';
import { parseJson } from '../../../json.js';
import type { Logger } from '../../../log.js';
import type { Operation, OperationResponse } from '../../../openapi/model/api-model.js';
import { isJson } from '../../../openapi/model/media-types.js';
import type { HttpResponse } from '../../../upstream/http-message.js';
import { firstHeader } from '../../../upstream/response-headers.js';
import type { CallSubject } from '../call-log.js';
import { MAX_NESTING } from '../reply/decode-body.js';
import type { SchemaValidator, SchemaValidators } from './schema-validators.js';

/** Compares a response with the document. It only logs. */
export type ResponseCheck = (response: HttpResponse) => void;

export interface ResponseCheckParts {
  readonly validators: SchemaValidators | undefined;
  readonly log: Logger | undefined;
  readonly subject: CallSubject;
}

/** Parsing a larger body would delay other calls. */
const MAX_BYTES = 256 * 1024;
/** Each difference is logged once for each procedure, and at most so many. */
const MAX_LINES = 20;

/** @returns undefined without `response.validate = warn`, or without a document */
export function compileResponseCheck(
  { operation, settings }: ProcedureConfig,
  { validators, log, subject }: ResponseCheckParts,
): ResponseCheck | undefined {
  const isOff = settings['response.validate'] === 'off';
  if (operation === undefined || validators === undefined || log === undefined || isOff) {
    return undefined;
  }
  const compiled = new Map<OperationResponse, SchemaValidator>();
  for (const response of operation.responses) {
    if (response.schema !== undefined)
      compiled.set(response, validators.compile(response.schema, 'response'));
  }
  const known = new Set<string>();
  const { service, procedure, path } = subject;
  const warn = (status: number, difference: string): void => {
    const id = `${status} ${difference}`;
    if (known.size >= MAX_LINES || known.has(id)) return;
    known.add(id);
    log.warn(
      { service, procedure, path, status, difference },
      'a response differs from the OpenAPI document',
    );
  };
  return ({ status, headers, body }) => {
    const described = responseFor(operation, status);
    if (described === undefined) {
      warn(status, 'the document does not describe this status');
      return;
    }
    const validate = compiled.get(described);
    const isShortJson =
      body.length > 0 && body.length <= MAX_BYTES && isJson(firstHeader(headers, 'content-type') ?? '');
    if (validate === undefined || !isShortJson) return;
    const value = readJson(body);
    const problem = value.kind === 'json' ? validate(value.value) : undefined;
    // Names in the response itself may be secret, so the line has the place in the schema.
    if (problem !== undefined) warn(status, `${problem.rule} ${problem.message}`);
  };
}

/** An exact status comes before a range, and a range before `default` (OpenAPI 3.1.1 section 4.8.16). */
function responseFor({ responses }: Operation, status: number): OperationResponse | undefined {
  const names = [String(status), `${Math.floor(status / 100)}XX`, 'default'];
  for (const name of names) {
    const found = responses.find((response) => response.status === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readJson(
  body: Buffer,
): { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'invalid' } {
  try {
    return { kind: 'json', value: parseJson(body.toString('utf8'), MAX_NESTING) };
  } catch {
    return { kind: 'invalid' };
  }
}

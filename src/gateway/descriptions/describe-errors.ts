import type { ProcedureConfig } from '../../config/model.js';
import { matchesStatus } from '../../config/types/answer-types.js';
import { CALL_ERRORS } from '../../errors.js';
import type { OperationResponse } from '../../openapi/model/api-model.js';
import { OTHER_URI, STATUS_URIS, statusUri } from '../pipeline/reply/status-uris.js';
import type { DescribedError } from './description.js';

/**
 * The errors that a caller may get: those of the document and of the configuration by their status,
 * then those of the gateway itself. docs/errors.md describes them.
 */
export function errorsOf({ settings, operation }: ProcedureConfig): readonly DescribedError[] {
  const described = new Map<number, Pick<DescribedError, 'description' | 'range'>>();
  const add = (status: number, description: string, range?: string): void => {
    if (described.has(status) || matchesStatus(settings.success, status)) return;
    described.set(status, {
      description: description === '' ? `The API responded with the status ${status}.` : description,
      ...(range !== undefined && { range }),
    });
  };
  const responses = operation?.responses ?? [];
  for (const { status, description = '' } of responses) {
    if (/^[2-5]\d\d$/.test(status)) add(Number(status), description);
  }
  for (const status of settings.errors.keys()) add(status, '');
  for (const { status: range, description = '' } of rangesOf(responses)) {
    for (const status of TYPICAL) {
      if (range === 'default' || range === `${Math.floor(status / 100)}XX`) add(status, description, range);
    }
  }
  const ofApi = [...described]
    .sort(([one], [other]) => one - other)
    .map(([status, rest]) => ({ uri: statusUri(status, settings.errors), status, ...rest }));
  return [...bodyErrors(settings), ...ofApi, ...OWN_ERRORS];
}

/** One status for each row of the table of URIs. 409 and 500 stand for the others. */
const TYPICAL: readonly number[] = [...Object.keys(STATUS_URIS).map(Number), 409, 500];

/** A procedure without a document, or a document without responses, may have any error. */
function rangesOf(
  responses: readonly OperationResponse[],
): readonly Pick<OperationResponse, 'status' | 'description'>[] {
  if (responses.length === 0) return [{ status: 'default', description: undefined }];
  const ranges = responses.filter(({ status }) => /^[45]XX$/.test(status));
  return [...ranges, ...responses.filter(({ status }) => status === 'default')];
}

function bodyErrors(settings: ProcedureConfig['settings']): readonly DescribedError[] {
  if (settings.error_path === undefined) return [];
  const description = 'The API responded with success, but its response contains an error.';
  return [{ uri: settings['errors.body'] ?? OTHER_URI, status: 200, description }];
}

/** One for each URI. The kwarg `code` tells which error it is. */
const OWN_ERRORS: readonly DescribedError[] = ownErrors();

function ownErrors(): readonly DescribedError[] {
  const codes = new Map<string, string[]>();
  for (const [code, { uri }] of Object.entries(CALL_ERRORS))
    codes.set(uri, [...(codes.get(uri) ?? []), code]);
  return [...codes].map(([uri, names]) => ({
    uri,
    description: `An error of the gateway itself, with the code ${names.join(', ')}.`,
  }));
}

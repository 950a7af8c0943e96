import type { ProcedureConfig } from '../../config/model.js';
import { matchesStatus } from '../../config/types/answer-types.js';
import { CALL_ERRORS } from '../../errors.js';
import { OTHER_URI, statusUri } from '../pipeline/status-uris.js';
import type { DescribedError } from './description.js';

/**
 * The errors that a caller may get: those of the document and of the configuration by their status,
 * then those of the gateway itself. docs/errors.md describes them.
 */
export function errorsOf({ settings, operation }: ProcedureConfig): readonly DescribedError[] {
  const described = new Map<number, string>();
  for (const { status, description = '' } of operation?.responses ?? []) {
    if (/^[345]\d\d$/.test(status) && !matchesStatus(settings.success, Number(status)))
      described.set(Number(status), description);
  }
  for (const status of settings.errors.keys()) {
    if (!described.has(status) && !matchesStatus(settings.success, status)) described.set(status, '');
  }
  const ofApi = [...described]
    .sort(([one], [other]) => one - other)
    .map(([status, description]) => ({
      uri: statusUri(status, settings.errors),
      status,
      description: description === '' ? `The API responded with the status ${status}.` : description,
    }));
  return [...bodyErrors(settings), ...ofApi, ...OWN_ERRORS];
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

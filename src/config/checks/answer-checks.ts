import type { ProcedureDraft, ServiceDraft } from '../drafts.js';
import { matchesStatus } from '../types/answer-types.js';
import { checkPages } from './pages-checks.js';

/** Checks that the keys about responses fit each other. */
export function checkAnswers(service: ServiceDraft): void {
  for (const procedure of service.procedures) {
    checkErrorPath(service, procedure);
    checkPath(procedure);
    checkJson(procedure);
    checkSuccess(procedure);
    checkPages(service, procedure);
  }
  const isUsed = [service, ...service.procedures].some(({ entry }) => entry('error_path') !== undefined);
  if (!isUsed && service.entry('errors.body') !== undefined) service.report('errors.body', NO_ERROR_PATH);
}

const NO_ERROR_PATH = 'has no effect without error_path, which says where a response has its error';

function checkErrorPath(service: ServiceDraft, { entry, report }: ProcedureDraft): void {
  const isKnown = entry('error_path') !== undefined || service.entry('error_path') !== undefined;
  if (entry('errors.body') !== undefined && !isKnown) report('errors.body', NO_ERROR_PATH);
}

function checkPath({ entry, report }: ProcedureDraft): void {
  const isUsed = entry('response.path') !== undefined || entry('pages.next') !== undefined;
  if (entry('response.path_optional') !== undefined && !isUsed)
    report('response.path_optional', 'has no effect without response.path or pages.next');
}

/** Keys that look into the JSON of a response. */
const JSON_KEYS = ['error_path', 'response.path'] as const;

function checkJson({ settings, entry, report }: ProcedureDraft): void {
  const { method, 'response.decode': decode } = settings;
  for (const key of JSON_KEYS) {
    if (entry(key) === undefined) continue;
    if (method === 'head') report(key, 'has no effect: the response to HEAD has no body');
    else if (decode === 'text' || decode === 'bytes')
      report(key, `has no effect: response.decode = ${decode} does not read JSON`);
  }
}

function checkSuccess({ settings, members, report }: ProcedureDraft): void {
  const { success } = settings;
  for (const name of members('errors.$status')) {
    if (success !== undefined && matchesStatus(success, Number(name)))
      report('errors.$status', `has no effect: success has ${name}, so it is not an error`, { name });
  }
}

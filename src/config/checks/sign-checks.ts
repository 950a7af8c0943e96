import type { ProcedureDraft, ServiceDraft } from '../drafts.js';
import { variablesOf } from '../types/template.js';
import { variablesOfCalls } from './service-variable-checks.js';
import { definedVariables } from './variable-checks.js';

const PARTS = ['auth.sign.region', 'auth.sign.service'] as const;

/** Headers that the signature sets, in lower case. */
const SIGNED = /^(?:authorization|x-amz-date|x-amz-security-token|x-amz-content-sha256)$/i;

/** Checks the keys of signed requests. */
export function checkSign(service: ServiceDraft): void {
  if (service.entry('auth.sign') === undefined) {
    const part = PARTS.find((key) => service.entry(key) !== undefined);
    if (part !== undefined) service.report(part, 'has no effect without auth.sign = aws_sigv4');
    return;
  }
  for (const key of PARTS) {
    if (service.entry(key) === undefined) service.reportMissing(key, 'is required with auth.sign');
  }
  const other = (['auth.fetch', 'auth.apply'] as const).find((prefix) => service.hasAny(prefix));
  if (other !== undefined) {
    service.report('auth.sign', `a request has either a signature or a token: remove auth.sign or ${other}`);
  } else if (definedVariables(service).has('token') && !isTokenUsed(service)) {
    service.report(
      'auth.sign',
      'a request has either a signature or a token: give the variable token another name',
    );
  }
  if (service.settings['pool.follow_redirect'] === true) {
    service.report('pool.follow_redirect', 'must be off with auth.sign, because a signature is for one URL');
  }
  checkHeaders(service);
  for (const procedure of service.procedures) checkHeaders(procedure);
}

/** Other templates may contain a variable of this name. */
function isTokenUsed(service: ServiceDraft): boolean {
  const { base_url: base } = service.settings;
  const inBase = base === undefined ? [] : variablesOf(base).map(({ name }) => name);
  return [...inBase, ...variablesOfCalls(service)].includes('token');
}

function checkHeaders(draft: ServiceDraft | ProcedureDraft): void {
  for (const name of draft.members('headers.$name')) {
    if (SIGNED.test(name))
      draft.report('headers.$name', 'the signature of auth.sign sets this header', { name });
  }
}

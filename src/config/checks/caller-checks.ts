import type { ServiceDraft } from '../drafts.js';
import { hasCallerVariable, isCallerVariable, META_PREFIX } from '../types/caller-variables.js';
import { type Template, variablesOf } from '../types/template.js';
import { tokenRequestUses } from './variable-checks.js';

const MAX_ENTRIES = 'auth.cache.max_entries';

/**
 * Checks the variables of the caller in the token request, and the keys that depend on them.
 *
 * @param isAttached true if the gateway joins another router
 */
export function checkCallerVariables(service: ServiceDraft, isAttached: boolean): void {
  const uses = tokenRequestUses(service).filter(({ template }) => hasCallerVariable(template));
  if (uses.length === 0 && service.entry(MAX_ENTRIES) !== undefined) {
    service.report(
      MAX_ENTRIES,
      'has no effect: without {{caller.NAME}} or {{realm}} in auth.fetch, all callers share one token',
    );
  }
  for (const { key, template, member } of uses) {
    if (isAttached && variablesOf(template).some(({ name }) => name.startsWith(META_PREFIX))) {
      service.report(
        key,
        '{{caller.meta.NAME}} needs the router of this gateway: with router.url, no router tells the meta of a caller',
        member,
      );
    }
    if (key === 'auth.fetch.url' && hasCallerInHost(template)) {
      service.report(
        key,
        'a variable of the caller is not allowed before the path: a caller must not choose the host that gets the credentials',
      );
    }
  }
}

function hasCallerInHost({ parts }: Template): boolean {
  let before = '';
  for (const part of parts) {
    if (typeof part !== 'string' && isCallerVariable(part.name) && /^\w+:\/\/[^/?#]*$/.test(before))
      return true;
    before += typeof part === 'string' ? part : 'x';
  }
  return false;
}

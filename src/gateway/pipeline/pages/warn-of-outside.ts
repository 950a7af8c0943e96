import type { Logger } from '../../../log.js';
import type { CallSubject } from '../call-log.js';

/**
 * Says once for a procedure why the gateway does not get a page. Its callers get `more: true`. The
 * line has no URL, which may contain a secret.
 */
export function warnOfOutside(
  { service, procedure, path }: CallSubject,
  log: Logger | undefined,
): (reason: string) => void {
  let isKnown = false;
  return (cause) => {
    if (isKnown) return;
    isKnown = true;
    log?.warn({ service, procedure, path, cause }, 'the gateway does not get the next page of a list');
  };
}

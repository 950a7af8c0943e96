import type { ServiceDraft } from '../drafts.js';

/** Checks the keys `limit.*` of a service. */
export function checkLimits(service: ServiceDraft): void {
  const { 'limit.obey_retry_after': obeys, 'limit.wait': wait, deadline } = service.settings;
  const hasRate = service.entry('limit.rate') !== undefined;
  if (!hasRate) {
    for (const key of ['limit.burst', 'limit.per'] as const) {
      if (service.entry(key) !== undefined) service.report(key, 'has no effect without limit.rate');
    }
  }
  if (service.entry('limit.wait') === undefined) return;
  if (!hasRate && obeys === false) {
    service.report('limit.wait', 'has no effect without limit.rate or limit.obey_retry_after = on');
  } else if (wait !== undefined && deadline !== undefined && wait >= deadline) {
    service.notify('limit.wait', 'is not shorter than deadline, so calls that wait end with timeout');
  }
}

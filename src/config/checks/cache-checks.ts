import type { ServiceDraft } from '../drafts.js';

/** Checks the keys of the response cache. */
export function checkCache(service: ServiceDraft): void {
  for (const procedure of service.procedures) {
    const { cache, method } = procedure.settings;
    if (cache === true && method !== undefined && method !== 'get' && method !== 'head') {
      procedure.report(
        'cache',
        `contradicts method = ${method}: only the responses to GET and HEAD are stored; leave cache out, or use method = get`,
      );
    }
    if (cache === true && service.entry('auth.sign') !== undefined) {
      procedure.report(
        'cache',
        'contradicts auth.sign: each request has another signature, so no stored response would fit it',
      );
    }
    if (cache === true) {
      for (const key of ['response.stream', 'response.stream_idle'] as const) {
        if (procedure.entry(key) === undefined || procedure.settings['response.stream'] === 'off') continue;
        procedure.report(key, 'contradicts cache = on: a response that may be stored is read as a whole');
      }
    }
    if (cache === false && procedure.entry('cache.stale_if_error') !== undefined) {
      procedure.report('cache.stale_if_error', 'has no effect: no response is stored without cache = on');
    }
  }
  const hasCache = service.procedures.some(({ settings }) => settings.cache !== false);
  if (!hasCache && service.entry('cache.max_size') !== undefined) {
    service.report('cache.max_size', 'has no effect: no procedure of the service has cache = on');
  }
}

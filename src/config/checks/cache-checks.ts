import type { ProcedureDraft, ServiceDraft } from '../drafts.js';

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
      checkHeaders(service, procedure);
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

/** Conditions, ranges and `no-store` are questions to the API itself (RFC 9110 sections 13 and 14). */
const PAST_CACHE = /^(?:if-(?:match|none-match|modified-since|unmodified-since|range)|range)$/i;

/** Without a variable, each request has the header, so no call would find a stored response. */
function checkHeaders(service: ServiceDraft, procedure: ProcedureDraft): void {
  for (const draft of [service, procedure]) {
    for (const { name, template } of draft.settings.headers ?? []) {
      if (!template.parts.every((part) => typeof part === 'string')) continue;
      const isNoStore = /^cache-control$/i.test(name) && /\bno-store\b/i.test(template.source);
      if (!isNoStore && !PAST_CACHE.test(name)) continue;
      procedure.report(
        'cache',
        `contradicts headers.${name}: a request with this header passes the cache by`,
      );
    }
  }
}

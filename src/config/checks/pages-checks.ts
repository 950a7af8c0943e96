import type { ProcedureDraft, ServiceDraft } from '../drafts.js';

/** Checks that the keys about pages of a list fit each other. */
export function checkPages(service: ServiceDraft, procedure: ProcedureDraft): void {
  const { settings, entry, report } = procedure;
  if (entry('pages.next') === undefined) {
    for (const key of ['pages.items', 'pages.limit'] as const)
      if (entry(key) !== undefined) report(key, 'has no effect without pages.next');
    return;
  }
  const { method, 'response.decode': decode, 'pages.next': next } = settings;
  if (method !== undefined && method !== 'get')
    report('pages.next', `has no effect with method = ${method}: only GET has pages`);
  if (decode === 'text' || decode === 'bytes')
    report('pages.next', `contradicts response.decode = ${decode}, which does not read JSON`);
  if (entry('response.path') !== undefined)
    report('response.path', 'contradicts pages.next: the body is the joined list of pages.items');
  if (settings.cache === true)
    report('pages.next', 'contradicts cache = on: joined pages are not stored; leave out one of them');
  if (entry('response.stream_idle') !== undefined)
    report('response.stream_idle', 'has no effect with pages.next: each page is read as a whole');
  if (next === undefined) return;
  if ((next.kind === 'body' || next.kind === 'cursor') && (settings['pages.items']?.length ?? 1) === 0)
    report('pages.next', `${next.kind}: needs pages.items, the path of the list beside it`);
  if (next.kind === 'cursor' && next.parameter === credentialParameter(service))
    report('pages.next', 'the query parameter is that of auth.apply.name');
}

function credentialParameter({ settings }: ServiceDraft): string | undefined {
  return settings['auth.apply.placement'] === 'query_param' ? settings['auth.apply.name'] : undefined;
}

import type { ProcedureDraft, ServiceDraft } from '../drafts.js';

/**
 * Notes Host headers that a proxy replaces. It gets requests for http with a whole URL as their
 * target, and must then ignore the header (RFC 9112 section 3.2.2).
 */
export function checkProxy(service: ServiceDraft): void {
  const { proxy, base_url: url } = service.settings;
  if (proxy === undefined || proxy === 'none' || !/^http:/i.test(url?.source ?? '')) return;
  for (const draft of [service, ...service.procedures]) notifyHost(draft);
}

function notifyHost(draft: ServiceDraft | ProcedureDraft): void {
  for (const { name } of draft.settings.headers ?? []) {
    if (name.toLowerCase() !== 'host') continue;
    draft.notify('headers.$name', 'has no effect: the proxy replaces it by the host of base_url', { name });
  }
}

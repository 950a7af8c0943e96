import type { ProcedureDraft, ServiceDraft } from '../drafts.js';

/**
 * The value of a Host header (RFC 9110 §7.2): a name, an IPv4 address or an IPv6 address in
 * brackets, and optionally a port.
 */
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Checks that a Host header of the configuration is constant, so that callers cannot choose the
 * virtual host.
 */
export function checkHost(draft: ServiceDraft | ProcedureDraft): void {
  for (const { name, template } of draft.settings.headers ?? []) {
    if (name.toLowerCase() !== 'host') continue;
    const isConstant = template.parts.every((part) => typeof part === 'string');
    if (isConstant && HOST.test(template.source)) continue;
    const problem = isConstant
      ? 'must be a host, or a host and a port, as in billing.internal:8080'
      : 'must not contain a {{variable}}: a caller could choose the virtual host with it';
    draft.report('headers.$name', problem, { name });
  }
}

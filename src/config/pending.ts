import type { ConfigDraft } from './drafts.js';
import type { Problems } from './problems.js';
import { isPendingProtocol, LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { pendingFamily, type Scope } from './schema/spec.js';
import type { RawConfig, RawScope } from './sort-entries.js';

const MESSAGE = 'accepted, has no effect yet in this version';

/** One notice for each pending family and service (or listener), at its first line. */
export function notifyPending(raw: RawConfig, draft: ConfigDraft, notices: Problems): void {
  for (const service of raw.services.values()) {
    notifyFamilies(SERVICE_SCOPE, [service], notices);
    notifyFamilies(PROCEDURE_SCOPE, [...service.procedures.values()], notices);
  }
  for (const listener of raw.listeners.values()) notifyFamilies(LISTENER_SCOPE, [listener], notices);
  for (const scope of TOP_SCOPES) {
    const found = raw.others.get(scope.path);
    if (found !== undefined) notifyFamilies(scope, [found], notices);
  }
  for (const listener of draft.listeners) {
    const { protocol = '' } = listener.settings;
    if (isPendingProtocol(protocol)) listener.notify('protocol', `the value ${protocol} is ${MESSAGE}`);
  }
}

function notifyFamilies(scope: Scope, scopes: readonly RawScope[], notices: Problems): void {
  const told = new Set<string>();
  for (const { values, path } of scopes) {
    const depth = path.split('.').length;
    for (const { entry, match } of values.values()) {
      const family = pendingFamily(scope, match.key);
      if (family === undefined || told.has(family)) continue;
      told.add(family);
      const familyKey = [...entry.key.split('.').slice(0, depth), family].join('.');
      notices.add(entry, match.key === family ? familyKey : `${familyKey}.*`, MESSAGE);
    }
  }
}

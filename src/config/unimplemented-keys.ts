import type { ConfigDraft } from './drafts.js';
import type { RawConfig, RawScope } from './match-entries.js';
import type { Problems } from './problems.js';
import { LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { pendingFamily, type Scope } from './schema/spec.js';

const MESSAGE = 'accepted, but has no effect yet in this version';

/**
 * Adds one notice for each pending family in each service or listener. The notice is at the first
 * line of the family.
 *
 * @returns the keys of the file that have no effect yet.
 */
export function notifyPending(raw: RawConfig, draft: ConfigDraft, notices: Problems): readonly string[] {
  const keys: string[] = [];
  const notifyFamilies = (scope: Scope, scopes: readonly RawScope[]): void => {
    keys.push(...pendingKeys(scope, scopes));
    notifyEach(scope, scopes, notices);
  };
  // No key of a disabled service has an effect, so it needs no notice.
  const isOn = ({ name }: RawScope) => draft.services.some((service) => service.name === name);
  for (const service of [...raw.services.values()].filter(isOn)) {
    notifyFamilies(SERVICE_SCOPE, [service]);
    notifyFamilies(PROCEDURE_SCOPE, [...service.procedures.values()]);
  }
  for (const listener of raw.listeners.values()) notifyFamilies(LISTENER_SCOPE, [listener]);
  for (const scope of TOP_SCOPES) {
    const found = raw.others.get(scope.path);
    if (found !== undefined) notifyFamilies(scope, [found]);
  }
  return keys;
}

function pendingKeys(scope: Scope, scopes: readonly RawScope[]): readonly string[] {
  return scopes.flatMap(({ values }) =>
    [...values.values()].flatMap(({ entry, match }) =>
      pendingFamily(scope, match.key) === undefined ? [] : entry.key,
    ),
  );
}

function notifyEach(scope: Scope, scopes: readonly RawScope[], notices: Problems): void {
  const notified = new Set<string>();
  for (const { values, path } of scopes) {
    const depth = path.split('.').length;
    for (const { entry, match } of values.values()) {
      const family = pendingFamily(scope, match.key);
      if (family === undefined || notified.has(family)) continue;
      notified.add(family);
      const familyKey = [...entry.key.split('.').slice(0, depth), family].join('.');
      notices.add(entry, match.key === family ? familyKey : `${familyKey}.*`, MESSAGE);
    }
  }
}

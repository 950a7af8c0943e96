import type { LoadedConfig, ProcedureConfig, ServiceConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import { needsCaller } from '../gateway/pipeline/needs-caller.js';
import type { ReloadChange } from '../status/actions.js';
import { filesOf, type HasSameFiles } from './files.js';

/** Tells whether a service needs no change: its settings, its procedures and its TLS files. */
export function isSameService(one: ServiceConfig, other: ServiceConfig, hasSameFiles: HasSameFiles): boolean {
  return isSameSettings(one, other) && hasSameFiles(filesOf(other.settings));
}

export function serviceChanges(
  before: LoadedConfig,
  after: LoadedConfig,
  hasSameFiles: HasSameFiles,
): readonly ReloadChange[] {
  const old = new Map(before.services.map((service) => [service.name, service]));
  const names = new Set(after.services.map(({ name }) => name));
  const changes: ReloadChange[] = [];
  const add = (name: string, change: ReloadChange['change'], effect: string): void =>
    void changes.push({ what: 'service', name, change, effect });
  for (const service of after.services) {
    const found = old.get(service.name);
    if (found === undefined) add(service.name, 'added', '');
    else if (!isSameService(found, service, hasSameFiles))
      add(service.name, 'changed', 'running calls end with the old settings, new calls use the new ones');
  }
  for (const name of old.keys())
    if (!names.has(name)) add(name, 'removed', 'its running calls end, and its connections close');
  return changes;
}

/** A procedure with the service that it belongs to. */
interface Owned {
  readonly service: ServiceConfig;
  readonly procedure: ProcedureConfig;
}

export function procedureChanges(before: LoadedConfig, after: LoadedConfig): readonly ReloadChange[] {
  const isAttached = after.router.url !== undefined;
  const old = proceduresById(before);
  const now = proceduresById(after);
  const hasRealms = new Set([...before.realms, ...after.realms]).size > 1;
  const changes: ReloadChange[] = [];
  const add = ({ procedure: { settings } }: Owned, change: ReloadChange['change'], effect: string): void => {
    const { uri, realm } = settings;
    changes.push({ what: 'procedure', name: hasRealms ? `${uri} in ${realm}` : uri, change, effect });
  };
  for (const [id, owned] of now) {
    const found = old.get(id);
    if (found === undefined) add(owned, 'added', '');
    else if (!isSameSettings(found.procedure, owned.procedure) || hasOtherOptions(found, owned))
      add(owned, 'changed', isAttached && hasOtherOptions(found, owned) ? REGISTERED_AGAIN : '');
  }
  for (const [id, owned] of old)
    if (!now.has(id)) add(owned, 'removed', 'callers get wamp.error.no_such_procedure');
  return changes;
}

/** The options of REGISTER cannot change. */
const REGISTERED_AGAIN = 'the gateway unregisters it and registers it again';

function hasOtherOptions(one: Owned, other: Owned): boolean {
  const optionsOf = ({ service, procedure: { settings } }: Owned) => [
    settings.invoke,
    settings.concurrency,
    needsCaller(service.settings, settings),
  ];
  return !isSameSettings(optionsOf(one), optionsOf(other));
}

function proceduresById({ services }: LoadedConfig): ReadonlyMap<string, Owned> {
  return new Map(
    services.flatMap((service) =>
      service.procedures.map((procedure) => {
        const { realm, uri } = procedure.settings;
        return [`${realm} ${uri}`, { service, procedure }] as const;
      }),
    ),
  );
}

import type { LoadedConfig, ServiceConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { ReloadChange } from '../status/actions.js';
import { compareFiles, filesOf } from './files.js';
import { fateOfListener, type ListenerFate, listenerChanges } from './listener-changes.js';
import { realmChanges, securityChanges } from './realm-changes.js';
import { isSameService, procedureChanges, serviceChanges } from './service-changes.js';
import { settingChanges } from './setting-changes.js';

/** What a reload does with each part of the gateway. */
export interface ReloadPlan {
  /** Everything that differs, in words. */
  readonly changes: readonly ReloadChange[];
  /** Why the new configuration cannot be used without a restart. */
  readonly needsRestart: string | undefined;
  /** Whether a service, by its new configuration, stays as it is. */
  isSameService(service: ServiceConfig): boolean;
  /** What happens to the listener with this name. Undefined for a new or a removed one. */
  fateOf(listener: string): ListenerFate | undefined;
  /** Whether the sessions with an existing router must be opened anew. */
  readonly mustRejoin: boolean;
}

/**
 * Compares two configurations. It reads and changes nothing.
 *
 * @param servesOperators whether the gateway was started with a listener for operators
 */
export function planReload(before: LoadedConfig, after: LoadedConfig, servesOperators: boolean): ReloadPlan {
  const hasSameFiles = compareFiles(before, after);
  const services = new Map(before.services.map((service) => [service.name, service]));
  const byName = ({ listeners }: LoadedConfig) => new Map(listeners.map((one) => [one.name, one]));
  const [oldListeners, listeners] = [byName(before), byName(after)];
  const isAttached = after.router.url !== undefined;
  const mustRejoin = isAttached && !isSameRouter();

  function isSameRouter(): boolean {
    const files = [after.router, ...after.router.sessions.values()].flatMap(filesOf);
    return (
      isSameSettings(before.router, after.router) &&
      hasSameFiles(files) &&
      // The serializer of the connection has this limit.
      before.wamp.max_values === after.wamp.max_values
    );
  }

  const routerChanges: readonly ReloadChange[] = mustRejoin
    ? [
        {
          what: 'router',
          name: 'router',
          change: 'changed',
          effect: 'the gateway joins anew; then it leaves its old sessions when their calls have ended',
        },
      ]
    : [];

  return {
    changes: [
      ...serviceChanges(before, after, hasSameFiles),
      ...procedureChanges(before, after),
      ...realmChanges(before, after),
      ...listenerChanges(before, after, hasSameFiles, servesOperators),
      ...securityChanges(before, after),
      ...routerChanges,
      ...settingChanges(before, after),
    ],
    needsRestart: whyRestart(before, after),
    isSameService(service) {
      const found = services.get(service.name);
      return found !== undefined && isSameService(found, service, hasSameFiles);
    },
    fateOf(name) {
      const [old, now] = [oldListeners.get(name), listeners.get(name)];
      return old && now && fateOfListener(old, now, hasSameFiles);
    },
    mustRejoin,
  };
}

function whyRestart({ router: before }: LoadedConfig, { router: after }: LoadedConfig): string | undefined {
  if ((before.url === undefined) === (after.url === undefined)) return undefined;
  return after.url === undefined
    ? 'router.url was removed: the gateway must be restarted to use its own router'
    : 'router.url was added: the gateway must be restarted to join an existing router';
}

import type { LoadedConfig, RealmSecurity } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { ReloadChange } from '../status/actions.js';

export function realmChanges(before: LoadedConfig, after: LoadedConfig): readonly ReloadChange[] {
  const isAttached = after.router.url !== undefined;
  const removed = isAttached
    ? 'the gateway leaves it'
    : 'its sessions get GOODBYE wamp.close.system_shutdown';
  return [
    ...after.realms
      .filter((realm) => !before.realms.includes(realm))
      .map((name): ReloadChange => ({ what: 'realm', name, change: 'added', effect: '' })),
    ...before.realms
      .filter((realm) => !after.realms.includes(realm))
      .map((name): ReloadChange => ({ what: 'realm', name, change: 'removed', effect: removed })),
  ];
}

/** An existing router decides who may log in, so the security of realms has no effect with it. */
export function securityChanges(before: LoadedConfig, after: LoadedConfig): readonly ReloadChange[] {
  if (after.router.url !== undefined) return [];
  const realms = after.realms.filter((realm) => before.realms.includes(realm));
  return realms.flatMap((name): readonly ReloadChange[] => {
    const [old, now] = [before.security.realms.get(name), after.security.realms.get(name)];
    if (isSameSettings(old, now)) return [];
    const gone = usersGone(old, now);
    const goodbye =
      gone === 0
        ? ''
        : `; ${gone} ${gone === 1 ? 'user is' : 'users are'} gone, and their sessions get GOODBYE wamp.close.killed`;
    return [
      {
        what: 'security',
        name,
        change: 'changed',
        effect: `applies to new logins and to the next request of every session${goodbye}`,
      },
    ];
  });
}

/** How many users are removed or disabled. */
function usersGone(before: RealmSecurity | undefined, after: RealmSecurity | undefined): number {
  const enabled = [...(before?.users.values() ?? [])].filter((user) => user.enabled);
  return enabled.filter(({ username }) => after?.users.get(username)?.enabled !== true).length;
}

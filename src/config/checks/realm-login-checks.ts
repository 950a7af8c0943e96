import type { ConfigDraft } from '../drafts.js';
import type { SecurityFile } from '../security-file/load-security-file.js';
import type { RealmSecurity } from '../security-file/model.js';
import { isOnLoopback } from './listener-checks.js';

/** Notes realms that no client can join, because anonymous users are refused and no user exists. */
export function checkJoining(draft: ConfigDraft, file: SecurityFile): void {
  const { listeners, security } = draft;
  const allowed = security.settings.allow_anonymous_user;
  const isPublic = (settings: (typeof listeners)[number]['settings']) =>
    settings.enabled === true &&
    settings.protocol !== 'admin' &&
    settings.ip !== undefined &&
    !isOnLoopback(settings);
  const listener = listeners.find(({ settings }) => isPublic(settings));
  const isWrong = security.entry('allow_anonymous_user') !== undefined && allowed === undefined;
  if (isWrong || (allowed ?? listener === undefined)) return;

  const ofProcedures = draft.services.flatMap(({ procedures }) =>
    procedures.flatMap(({ settings }) => settings.realm ?? []),
  );
  const { realm: ofOperators } = draft.admin.settings;
  const dynamic = security.settings.realms;
  const shut = [
    ...new Set([...ofProcedures, ...file.realms.keys(), ...(ofOperators === undefined ? [] : [ofOperators])]),
  ].filter((realm) => dynamic?.get(realm)?.authenticator === undefined && !hasLogin(file.realms.get(realm)));
  if (shut.length === 0) return;
  const who = `no client can join ${listRealms(shut)}`;
  const remedy = 'add users in security.config_file';
  if (allowed === false) {
    const reason = 'anonymous users are refused, and there are no other users';
    security.notify('allow_anonymous_user', `${who}: ${reason}; ${remedy}`);
    return;
  }
  listener?.notify(
    'ip',
    `${who}: anonymous users are refused because this address is not a loopback address, and there are no other users; ${remedy}, or set security.allow_anonymous_user = on, which allows every client to join`,
  );
}

/** Tells whether at least one user can log in. */
function hasLogin(realm: RealmSecurity | undefined): boolean {
  if (realm === undefined || realm.authmethods.every((method) => method === 'anonymous')) return false;
  return [...realm.users.values()].some(
    ({ enabled, password, authorizedKeys }) =>
      enabled && (password !== undefined || authorizedKeys.length > 0),
  );
}

function listRealms(realms: readonly string[]): string {
  const shown = realms.slice(0, 3).join(', ');
  const more = realms.length - 3;
  return more > 0 ? `${shown} and ${more} more realm${more === 1 ? '' : 's'}` : shown;
}

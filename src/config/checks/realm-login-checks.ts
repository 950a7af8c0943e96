import type { ConfigDraft } from '../drafts.js';
import type { SecurityFile } from '../security-file/load-security-file.js';
import type { RealmSecurity } from '../security-file/model.js';
import { isOnLoopback } from './listener-checks.js';

/** Notes the realms that nobody can join: where anonymous users are refused, some user must be known. */
export function checkJoining(draft: ConfigDraft, file: SecurityFile): void {
  const { listeners, security } = draft;
  const allowed = security.settings.allow_anonymous_user;
  const isPublic = (settings: (typeof listeners)[number]['settings']) =>
    settings.enabled === true && settings.ip !== undefined && !isOnLoopback(settings);
  const listener = listeners.find(({ settings }) => isPublic(settings));
  const isWrong = security.entry('allow_anonymous_user') !== undefined && allowed === undefined;
  if (isWrong || (allowed ?? listener === undefined)) return;

  const ofProcedures = draft.services.flatMap(({ procedures }) =>
    procedures.flatMap(({ settings }) => settings.realm ?? []),
  );
  const dynamic = security.settings.realms;
  const shut = [...new Set([...ofProcedures, ...file.realms.keys()])].filter(
    (realm) => dynamic?.get(realm)?.authenticator === undefined && !hasLogin(file.realms.get(realm)),
  );
  if (shut.length === 0) return;
  const who = `nobody can join ${few(shut)}`;
  const remedy = 'name users in security.config_file';
  if (allowed === false) {
    const reason = 'anonymous users are refused, and no others are known there';
    security.notify('allow_anonymous_user', `${who}: ${reason}; ${remedy}`);
    return;
  }
  listener?.notify(
    'ip',
    `${who}: off loopback anonymous users are refused, and no others are known there; ${remedy}, or set security.allow_anonymous_user = on, with which whoever reaches a listener may join`,
  );
}

/** Somebody can log in, by one authmethod or another. */
function hasLogin(realm: RealmSecurity | undefined): boolean {
  if (realm === undefined || realm.authmethods.every((method) => method === 'anonymous')) return false;
  return [...realm.users.values()].some(
    ({ enabled, password, authorizedKeys }) =>
      enabled && (password !== undefined || authorizedKeys.length > 0),
  );
}

function few(realms: readonly string[]): string {
  const shown = realms.slice(0, 3).join(', ');
  return realms.length > 3 ? `${shown} and ${realms.length - 3} more realms` : shown;
}

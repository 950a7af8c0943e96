import { dirname, isAbsolute, join, relative } from 'node:path';
import type { ConfigDraft } from '../drafts.js';
import { frozenMap } from '../freeze.js';
import { joinSome } from '../join-some.js';
import type { Problems } from '../problems.js';
import { loadSecurityFile, type SecurityFile } from '../security-file/load-security-file.js';
import type { Entry, ReadFile } from '../syntax/includes.js';
import { checkDeciding } from './dynamic-auth-checks.js';
import { checkJoining } from './realm-login-checks.js';

/**
 * Reads the file that `security.config_file` names, if any, and compares its realms with other
 * keys.
 */
export function readSecurity(
  draft: ConfigDraft,
  loading: { readonly readFile: ReadFile; readonly problems: Problems; readonly notices: Problems },
): SecurityFile {
  const { security } = draft;
  const entry = security.entry('config_file');
  const path = security.settings.config_file;
  const dynamicRealms = new Set(
    [...(security.settings.realms ?? [])].flatMap(([realm, { authenticator }]) =>
      authenticator === undefined ? [] : realm,
    ),
  );
  const file =
    entry === undefined || path === undefined
      ? { realms: frozenMap<string, never>([]), closed: frozenMap<string, string>([]) }
      : loadSecurityFile({ ...loading, path, shown: shownPath(path, entry), dynamicRealms });
  // The router decides who may log in. A notice says that the file has no effect.
  if (draft.router.entry('url') !== undefined) return file;
  // The realms of an unreadable file are unknown, so no realm can be reported as missing.
  if (entry === undefined || path !== undefined) checkRealms(draft, file);
  return file;
}

/** The path for messages: relative to the working directory if `entry` has such a path. */
function shownPath(path: string, entry: Entry): string {
  const within = relative(entry.directory, path);
  return isAbsolute(within) || within.startsWith('..') ? path : join(dirname(entry.file), within);
}

function checkRealms(draft: ConfigDraft, file: SecurityFile): void {
  const { security, services, admin } = draft;
  const procedures = services.flatMap((service) => service.procedures);
  const known = new Set([
    ...file.realms.keys(),
    ...procedures.flatMap(({ settings }) => settings.realm ?? []),
    ...(admin.settings.realm === undefined ? [] : [admin.settings.realm]),
  ]);
  const unguarded = new Set<string>();
  const inRealms = [...procedures, admin].map(({ settings, report }) => ({ realm: settings.realm, report }));
  for (const { realm, report } of inRealms) {
    if (realm === undefined) continue;
    const why = file.closed.get(realm);
    if (why !== undefined) report('realm', `clients cannot join this realm: the security file sets ${why}`);
    else if (!file.realms.has(realm)) unguarded.add(realm);
  }
  for (const [realm, keys] of security.settings.realms ?? []) {
    if (known.has(realm)) continue;
    const field = Object.keys(keys)[0] ?? 'authenticator';
    security.report('realms.$realm', 'no procedure and no security file uses this realm', {
      name: realm,
      field,
    });
  }
  if (security.entry('config_file') !== undefined && unguarded.size > 0) {
    security.notify(
      'config_file',
      `does not contain ${joinSome([...unguarded], 3)}, although procedures are registered there: every client that joins may do everything`,
    );
  }
  checkDeciding(draft, file);
  checkJoining(draft, file);
}

import { TextDecoder } from 'node:util';
import { frozenMap } from '../freeze.js';
import type { Problems } from '../problems.js';
import type { ReadFile } from '../syntax/includes.js';
import { fileError } from '../types/datatypes.js';
import { realmName } from '../types/wamp-types.js';
import { lineOfJsonError } from './json-error-line.js';
import { formatPath, type JsonPath, type Report } from './json-path.js';
import type { RealmSecurity } from './model.js';
import { type Reading, type ReadRealm, readRealms } from './read-shape.js';
import { readRealmSecurity, reasonToStayClosed } from './realm-security.js';
import { createShapes } from './shape.js';
import { createSkipped } from './skipped.js';

export interface SecurityFile {
  /** The realms that clients may join. */
  readonly realms: ReadonlyMap<string, RealmSecurity>;
  /** Realms that clients cannot join, each with the field that says so. */
  readonly closed: ReadonlyMap<string, string>;
}

export interface SecurityFileSource {
  readonly path: string;
  /** The path for messages. */
  readonly shown: string;
  readonly readFile: ReadFile;
  readonly problems: Problems;
  readonly notices: Problems;
  /** Realms with a dynamic authenticator. Their sources may name users that are not in the file. */
  readonly dynamicRealms: ReadonlySet<string>;
}

const NOTHING: SecurityFile = { realms: frozenMap([]), closed: frozenMap([]) };

/**
 * Reads `security.config_file`. Problems have a JSON path as their key and never contain a value.
 */
export function loadSecurityFile(source: SecurityFileSource): SecurityFile {
  const { shown, problems, notices } = source;
  problems.enter(shown);
  const text = readText(source);
  if (text === undefined) return NOTHING;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    problems.add({ file: shown, line: lineOfJsonError(text) }, '', 'is not valid JSON');
    return NOTHING;
  }
  const place = { file: shown, line: 0 };
  const found: { readonly path: JsonPath; readonly message: string }[] = [];
  const report: Report = (path, message) => void found.push({ path, message });
  const notify: Report = (path, message) => notices.add(place, formatPath(path), message);
  const skipped = createSkipped(report);
  const reading: Reading = { report, skipped, shapes: createShapes() };
  const realms = new Map<string, RealmSecurity>();
  const closed = new Map<string, string>();
  for (const realm of readRealms(document, reading)) {
    const { uri } = realm.value;
    checkRealmUri(realm, realms.has(uri) || closed.has(uri), report);
    const security = readRealmSecurity(realm, reading, source.dynamicRealms.has(uri), notify);
    const why = reasonToStayClosed(realm);
    if (why === undefined) realms.set(uri, security);
    else closed.set(uri, why);
  }
  // All types are checked before all values. Sorting puts the problems of one realm together.
  found.sort((a, b) => Number(a.path[0] ?? 0) - Number(b.path[0] ?? 0));
  for (const { path, message } of found) problems.add(place, formatPath(path), message);
  for (const notice of skipped.notices()) notices.add(place, '', notice);
  return { realms: frozenMap(realms), closed: frozenMap(closed) };
}

function readText({ path, shown, readFile, problems }: SecurityFileSource): string | undefined {
  try {
    const content = readFile(path);
    const text =
      typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text.replace(/^\uFEFF/, '');
  } catch (error) {
    problems.add({ file: shown, line: 0 }, '', fileError(error));
    return undefined;
  }
}

function checkRealmUri({ path, value }: ReadRealm, isTaken: boolean, report: Report): void {
  const at = [...path, 'uri'];
  // The check of the types has already reported a missing or empty URI.
  if (value.uri === '') return;
  if (isTaken) report(at, 'an earlier realm in the file has the same URI');
  try {
    realmName.parse(value.uri, { directory: '', readFile: () => undefined });
  } catch (error) {
    report(at, (error as Error).message);
  }
}

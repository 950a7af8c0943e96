import { listOr } from '../types/datatypes.js';
import type { JsonPath } from './json-path.js';
import { type GrantedUris, PERMISSIONS, type Permission, type SecurityGrant } from './model.js';
import { type At, type Reading, readNames } from './read-shape.js';
import type { GrantShape } from './shape.js';

/** Permissions of Bondy under `wamp.` that this router does not use. */
const OF_BONDY: readonly string[] = [
  'wamp.disclose_caller',
  'wamp.disclose_publisher',
  'wamp.disclose_session_info',
];

/**
 * Reads a grant and reports what is wrong in it.
 *
 * @param isRole tells whether a name can be the name of a group or a user.
 */
export function readGrant(
  { path, value }: At<GrantShape>,
  isRole: (name: string) => boolean,
  reading: Reading,
): SecurityGrant {
  const roles = readNames(value.roles, [...path, 'roles'], reading) ?? [];
  for (const [index, name] of (roles === 'all' ? [] : roles).entries()) {
    if (name === 'all')
      reading.report([...path, 'roles', index], 'the word all must not be in a list: write "roles": "all"');
    else if (name !== 'anonymous' && !isRole(name)) {
      reading.report([...path, 'roles', index], 'the realm has no group or user with this name');
    }
  }
  const permissions = value.permissions.flatMap(
    (name, index) => readPermission(name, [...path, 'permissions', index], reading) ?? [],
  );
  return { roles, permissions, resources: readResources(value, path, reading) };
}

function readPermission(name: string, path: JsonPath, { report, skipped }: Reading): Permission | undefined {
  const found = PERMISSIONS.find((permission) => `wamp.${permission}` === name);
  if (found !== undefined) return found;
  // Applications may define permissions of their own in Bondy, but not under `wamp.`.
  if (!name.startsWith('wamp.') || OF_BONDY.includes(name)) skipped.permission(name);
  else report(path, `is not a known permission; use ${listOr(PERMISSIONS.map((word) => `wamp.${word}`))}`);
  return undefined;
}

function readResources(grant: GrantShape, path: JsonPath, reading: Reading): readonly GrantedUris[] {
  const { uri, match, resources } = grant;
  if ((uri === undefined) === (resources === undefined)) {
    reading.report(path, 'a grant needs either uri (with match) or resources');
    return [];
  }
  if (uri !== undefined) return oneOrNone(readUris(uri, match, path, reading));
  if (match !== undefined)
    reading.report(
      [...path, 'match'],
      'is allowed only with uri; with resources, each resource has its own match',
    );
  return (resources ?? []).flatMap((resource, index) => {
    const at = [...path, 'resources', index];
    reading.skipped.fields(resource, ['uri', 'match'], at);
    return oneOrNone(readUris(resource.uri, resource.match, at, reading));
  });
}

const oneOrNone = (uris: GrantedUris | undefined): readonly GrantedUris[] =>
  uris === undefined ? [] : [uris];

/** The three spellings of Bondy for "every URI". */
const EVERYTHING: readonly string[] = ['', '*', 'any'];

const PART = /^[^\s#]*$/;

function readUris(
  uri: string,
  match: string | undefined,
  path: JsonPath,
  { report }: Reading,
): GrantedUris | undefined {
  if (match !== undefined && match !== 'exact' && match !== 'prefix' && match !== 'wildcard') {
    report([...path, 'match'], 'must be exact, prefix or wildcard');
    return undefined;
  }
  if (EVERYTHING.includes(uri) && (match === undefined || match === 'prefix'))
    return { uri: '', match: 'prefix' };
  const at = [...path, 'uri'];
  const hasEmptyPart = uri.split('.').includes('');
  if (!PART.test(uri)) report(at, 'must not contain a space or #');
  else if (uri === '') report(at, 'is empty: add "match": "prefix" to mean every URI');
  else if (hasEmptyPart && (match ?? 'exact') === 'exact') {
    report(at, 'has an empty component: add "match": "prefix" or "match": "wildcard"');
  } else return { uri, match: match ?? 'exact' };
  return undefined;
}

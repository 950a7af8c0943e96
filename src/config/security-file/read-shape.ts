import type * as z from 'zod/mini';
import type { JsonPath, Report } from './json-path.js';
import type { GrantShape, GroupShape, RealmShape, Shapes, SourceShape, UserShape } from './shape.js';
import type { Skipped } from './skipped.js';

/** A value and its path. */
export interface At<T> {
  readonly path: JsonPath;
  readonly value: T;
}

/**
 * A realm whose types are checked, but not its values. Elements with wrong types are reported and
 * left out.
 */
export interface ReadRealm extends At<RealmShape> {
  readonly users: readonly At<UserShape>[];
  readonly groups: readonly At<GroupShape>[];
  /** Undefined if the file has no such list. */
  readonly sources: readonly At<SourceShape>[] | undefined;
  readonly grants: readonly At<GrantShape>[] | undefined;
  /** True if no user and no group was left out. An unknown name is then an error. */
  readonly knowsAllNames: boolean;
}

export interface Reading {
  readonly report: Report;
  readonly skipped: Skipped;
  readonly shapes: Shapes;
}

/** Checks the types of the document. Errors go to `reading.report`, in the order of the file. */
export function readRealms(document: unknown, reading: Reading): readonly ReadRealm[] {
  if (!Array.isArray(document)) {
    reading.report([], 'must be a list of realms');
    return [];
  }
  return document.flatMap((realm: unknown, index) => readRealm(realm, [index], reading) ?? []);
}

const LISTS = ['users', 'groups', 'sources', 'grants'] as const;

function readRealm(realm: unknown, path: JsonPath, reading: Reading): ReadRealm | undefined {
  const { shapes } = reading;
  const value = read(realm, shapes.realm, path, reading, LISTS);
  if (typeof realm !== 'object' || realm === null || Array.isArray(realm)) return undefined;
  const given = realm as Readonly<Record<string, unknown>>;
  const users = readList(given['users'], shapes.user, [...path, 'users'], reading);
  const groups = readList(given['groups'], shapes.group, [...path, 'groups'], reading);
  const sources = readList(given['sources'], shapes.source, [...path, 'sources'], reading);
  const grants = readList(given['grants'], shapes.grant, [...path, 'grants'], reading);
  return {
    path,
    value: value ?? withoutWrongFields(given, shapes),
    users: users.found ?? [],
    groups: groups.found ?? [],
    sources: sources.found,
    grants: grants.found,
    knowsAllNames: users.complete && groups.complete,
  };
}

/** A realm without its wrong fields, for further checks only: the router never uses it. */
function withoutWrongFields(realm: Readonly<Record<string, unknown>>, shapes: Shapes): RealmShape {
  const wrong = new Set(shapes.realm.safeParse(realm).error?.issues.map(({ path }) => path[0]));
  return { uri: '', ...Object.fromEntries(Object.entries(realm).filter(([name]) => !wrong.has(name))) };
}

function readList<T>(
  list: unknown,
  shape: z.ZodMiniType<T>,
  path: JsonPath,
  reading: Reading,
): { readonly found: readonly At<T>[] | undefined; readonly complete: boolean } {
  if (list === undefined) return { found: undefined, complete: true };
  if (!Array.isArray(list)) {
    reading.report(path, 'must be a list');
    return { found: [], complete: false };
  }
  const found = list.flatMap((item: unknown, index) => {
    const at = [...path, index];
    const value = read(item, shape, at, reading);
    return value === undefined ? [] : { path: at, value };
  });
  return { found, complete: found.length === list.length };
}

/**
 * Reads one object by its shape. Unknown fields go to `reading.skipped`.
 *
 * @param apart known fields that other code reads.
 */
export function read<T>(
  value: unknown,
  shape: z.ZodMiniType<T>,
  path: JsonPath,
  { report, skipped }: Reading,
  apart: readonly string[] = [],
): T | undefined {
  const result = shape.safeParse(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    skipped.fields(value, [...Object.keys(fieldsOf(shape)), ...apart], path);
  }
  if (result.success) return result.data;
  for (const issue of result.error.issues) report([...path, ...(issue.path as JsonPath)], issue.message);
  return undefined;
}

function fieldsOf(shape: object): object {
  return (shape as { readonly def?: { readonly shape?: object } }).def?.shape ?? {};
}

/** Reads `usernames` or `roles`. */
export function readNames(
  value: unknown,
  path: JsonPath,
  { report, shapes }: Reading,
): 'all' | readonly string[] | undefined {
  if (value === 'all') return 'all';
  const result = shapes.ofNames.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) report([...path, ...(issue.path as JsonPath)], issue.message);
  return undefined;
}

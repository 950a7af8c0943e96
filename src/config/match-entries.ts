import { nearestId } from './documents/nearest-id.js';
import { joinSome } from './join-some.js';
import type { Problems } from './problems.js';
import { ADMIN_ALIASES } from './schema/admin.js';
import { LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, ofBondyAlone, STRICT_SUBSYSTEMS, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { type KeySpec, type Match, matchKey, type Scope } from './schema/spec.js';
import { createSuggester, type KnownNames, type Suggester } from './suggest.js';
import type { Entry } from './syntax/includes.js';

/** The entries of one scope, still as text: a service, a listener or the `wamp` keys. */
export interface RawScope {
  /** The name of the service, procedure or listener; '' for scopes without a name. */
  readonly name: string;
  /** The part before the keys, as in the first line: `rpc_gateway.services.billing`. */
  readonly path: string;
  /**
   * The first line, at which a missing key is reported; undefined if the file has no line of the
   * scope.
   */
  readonly first: Entry | undefined;
  /** The entries by {@link entryId}. */
  readonly values: Map<string, MatchedEntry>;
}

export interface MatchedEntry {
  readonly entry: Entry;
  readonly match: Match;
}

export interface RawService extends RawScope {
  readonly procedures: Map<string, RawScope>;
}

/** All entries of a configuration by scope. */
export interface RawConfig {
  readonly services: Map<string, RawService>;
  readonly listeners: Map<string, RawScope>;
  /** `wamp`, `security`, `router`, `log` and the others without a name, by path. */
  readonly others: Map<string, RawScope>;
}

/**
 * The ids of the operations in the document of each service. They may hold dots. Null if the document
 * cannot be used, which is reported.
 */
export type OperationIds = ReadonlyMap<string, ReadonlySet<string> | null>;

/** Entries that the gateway does not use. */
interface Skipped {
  readonly unknown: Map<string, Entry[]>;
  readonly foreign: Entry[];
}

const SCOPE_NAME = /^[A-Za-z0-9_-]+$/;

/** Identifies an entry within its scope: by the row of the table and, in a family, by the name. */
export function entryId(key: string, name?: string, field?: string): string {
  return name === undefined ? key : `${key}\n${name}\n${field ?? ''}`;
}

/** Maps equal names of a family to the same text. Names of headers are case-insensitive. */
export function foldName(spec: KeySpec | undefined, name: string): string {
  return spec !== undefined && 'family' in spec && spec.family.fold !== undefined
    ? spec.family.fold(name)
    : name;
}

/**
 * Finds the row of the schema for each entry. Unknown keys go to `problems` or `notices`. If a key
 * is set twice, the last value counts, and a notice says so.
 */
export function matchEntries(
  entries: readonly Entry[],
  problems: Problems,
  notices: Problems,
  ids: OperationIds = new Map(),
): RawConfig {
  const raw: RawConfig = {
    services: new Map(),
    listeners: new Map(),
    others: new Map(
      TOP_SCOPES.filter((scope) => !scope.path.includes('$')).map(({ path }) => [
        path,
        { name: '', path, first: undefined, values: new Map() },
      ]),
    ),
  };
  const skipped: Skipped = { unknown: new Map(), foreign: [] };
  const misspelt: Entry[] = [];
  for (const entry of entries) {
    const [subsystem = ''] = entry.key.split('.', 1);
    const place = findPlace(entry, raw, problems, ids);
    if (place.kind === 'reported') continue;
    const ofBondy = ofBondyAlone(entry.key);
    if (place.kind === 'found') put(entry, place, notices);
    else if (ofBondy !== undefined) notices.add(entry, entry.key, ofBondy);
    else if (STRICT_SUBSYSTEMS.includes(subsystem)) misspelt.push(entry);
    else if (TOP_SCOPES.some(({ path }) => path.split('.')[0] === subsystem)) {
      getOrPut(skipped.unknown, subsystem, () => []).push(entry);
    } else skipped.foreign.push(entry);
  }
  reportUnknown(misspelt, skipped, createSuggester(namesOf(raw)), problems, notices, ids);
  return raw;
}

interface FoundPlace {
  readonly kind: 'found';
  readonly scope: RawScope;
  readonly match: Match;
}

/** The result of a search: `unknown` if no row matches, `reported` if the entry is a problem. */
type Place = FoundPlace | typeof UNKNOWN | typeof REPORTED;
const UNKNOWN = { kind: 'unknown' } as const;
const REPORTED = { kind: 'reported' } as const;

/** Finds the scope and the row of the schema for an entry. Reports an invalid name in its key. */
function findPlace(entry: Entry, raw: RawConfig, problems: Problems, ids: OperationIds): Place {
  const steps = (ADMIN_ALIASES.get(entry.key) ?? entry.key).split('.');
  const [subsystem = '', kind, name = '', inner] = steps;
  const rest = (count: number) => steps.slice(count).join('.');
  // Without its document it is not known what a procedure is.
  if (inner === 'procedures' && ids.get(name) === null) return REPORTED;
  const operation = inner === 'procedures' ? operationIn(steps, ids.get(name)) : undefined;
  const innerName = operation?.id ?? steps[4] ?? '';

  if (GATEWAY_PREFIXES.some((prefix) => prefix === subsystem)) {
    if (kind !== 'services' || name === '') return UNKNOWN;
    const isProcedure = inner === 'procedures' && innerName !== '';
    const match = isProcedure
      ? (operation?.match ?? matchKey(PROCEDURE_SCOPE.keys, rest(5)))
      : matchKey(SERVICE_SCOPE.keys, rest(3));
    if (match === undefined) return UNKNOWN;
    if (!named(entry, name, 'service', problems)) return REPORTED;
    if (isProcedure && operation === undefined && !named(entry, innerName, 'procedure', problems)) {
      return REPORTED;
    }
    const service = getOrPut(raw.services, name, () => ({
      ...newScope(name, `${subsystem}.services.${name}`, entry),
      procedures: new Map(),
    }));
    if (!isProcedure) return { kind: 'found', scope: service, match };
    const path = `${subsystem}.services.${name}.procedures.${innerName}`;
    const scope = getOrPut(service.procedures, innerName, () => newScope(innerName, path, entry));
    return { kind: 'found', scope, match };
  }
  if (subsystem === 'listeners') {
    const match = kind === undefined || kind === '' ? undefined : matchKey(LISTENER_SCOPE.keys, rest(2));
    if (match === undefined || kind === undefined) return UNKNOWN;
    if (!named(entry, kind, 'listener', problems)) return REPORTED;
    const scope = getOrPut(raw.listeners, kind, () => newScope(kind, `listeners.${kind}`, entry));
    return { kind: 'found', scope, match };
  }
  const scope = raw.others.get(subsystem);
  const table: Scope | undefined = TOP_SCOPES.find(({ path }) => path === subsystem);
  const match = scope && table && matchKey(table.keys, rest(1));
  return scope && match ? { kind: 'found', scope, match } : UNKNOWN;
}

/** Finds the longest id of an operation after which a key of procedures follows. */
function operationIn(
  steps: readonly string[],
  ids: ReadonlySet<string> | null | undefined,
): { readonly id: string; readonly match: Match } | undefined {
  if (ids == null) return undefined;
  for (let end = steps.length - 1; end > 4; end--) {
    const id = steps.slice(4, end).join('.');
    const match = ids.has(id) ? matchKey(PROCEDURE_SCOPE.keys, steps.slice(end).join('.')) : undefined;
    if (match !== undefined) return { id, match };
  }
  return undefined;
}

function newScope(name: string, path: string, first: Entry): RawScope {
  return { name, path, first, values: new Map() };
}

/**
 * The maximum number of suggestions. A suggestion takes time, and nobody reads thousands of them.
 */
const MAX_SUGGESTIONS = 500;

/**
 * The message for a name of a service or procedure with dots, such as a URI; undefined for other
 * keys.
 */
function dottedName(key: string): string | undefined {
  const steps = key.split('.');
  const isKey = (scope: Scope, start: number) =>
    matchKey(scope.keys, steps.slice(start).join('.')) !== undefined;
  const places = steps.map((_, place) => place);
  if (steps[1] !== 'services') return undefined;
  if (steps[3] === 'procedures') {
    return places.some((place) => place > 5 && isKey(PROCEDURE_SCOPE, place))
      ? `${nameRule('procedure')}, no dots; write its URI with the key uri`
      : undefined;
  }
  const isProcedureKey = (place: number) =>
    steps[place] === 'procedures' && isKey(PROCEDURE_SCOPE, place + 2);
  return places.some((place) => place > 3 && (isKey(SERVICE_SCOPE, place) || isProcedureKey(place)))
    ? `${nameRule('service')}, no dots`
    : undefined;
}

/** The message for a key of procedures whose name is almost the id of an operation. */
function misspeltId(key: string, ids: OperationIds): string | undefined {
  const steps = key.split('.');
  const known = ids.get(steps[2] ?? '');
  if (known == null || steps[1] !== 'services' || steps[3] !== 'procedures') return undefined;
  for (let end = steps.length - 1; end > 4; end--) {
    const rest = steps.slice(end).join('.');
    if (matchKey(PROCEDURE_SCOPE.keys, rest) === undefined) continue;
    const near = nearestId(steps.slice(4, end).join('.'), known);
    if (near !== undefined) return unknownKey(key, [...steps.slice(0, 4), near, rest].join('.'));
  }
  return undefined;
}

const nameRule = (what: string) => `the name of a ${what} may contain only letters, digits, _ and -`;

function named(entry: Entry, name: string, what: string, problems: Problems): boolean {
  if (SCOPE_NAME.test(name)) return true;
  problems.add(entry, entry.key, nameRule(what));
  return false;
}

function getOrPut<V>(map: Map<string, V>, key: string, create: () => V): V {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}

function put(entry: Entry, { scope, match }: FoundPlace, notices: Problems): void {
  const { spec, name } = match;
  const id = entryId(match.key, name === undefined ? undefined : foldName(spec, name), match.field);
  const earlier = scope.values.get(id)?.entry;
  if (earlier !== undefined) {
    const other = earlier.key === entry.key ? '' : ` (${earlier.key})`;
    notices.add(
      entry,
      entry.key,
      `is set twice: this line counts, and ${earlier.file}:${earlier.line}${other} has no effect`,
    );
  }
  // Deletes the entry first, so that the members of a family are in the order of the lines that
  // take effect.
  scope.values.delete(id);
  scope.values.set(id, { entry, match });
}

function namesOf(raw: RawConfig): KnownNames {
  return {
    services: [...raw.services].map(([name, { procedures }]) => ({
      name,
      procedures: [...procedures.keys()],
    })),
    listeners: [...raw.listeners.keys()],
  };
}

/**
 * Reports unknown keys. An unknown key in a subsystem of the gateway is an error. A misspelt key of
 * the gateway is an error too. Other keys may belong to Bondy, and notices list them.
 */
function reportUnknown(
  misspelt: readonly Entry[],
  skipped: Skipped,
  suggester: Suggester,
  problems: Problems,
  notices: Problems,
  ids: OperationIds,
): void {
  for (const [index, entry] of misspelt.entries()) {
    const near = index < MAX_SUGGESTIONS ? suggester.nearest(entry.key) : undefined;
    const message = misspeltId(entry.key, ids) ?? dottedName(entry.key) ?? unknownKey(entry.key, near);
    problems.add(entry, entry.key, message);
  }
  /**
   * Keys that are not typos. `security.config_fle` must be an error, because it leaves a realm
   * open.
   */
  const others = (entries: readonly Entry[]): readonly Entry[] =>
    entries.filter((entry) => {
      const near = suggester.typoOf(entry.key);
      if (near !== undefined) problems.add(entry, entry.key, unknownKey(entry.key, near));
      return near === undefined;
    });
  for (const [subsystem, entries] of skipped.unknown) {
    const left = others(entries);
    const [first] = left;
    if (first === undefined) continue;
    const shown = joinSome(
      left.map(({ key }) => key),
      5,
    );
    notices.add(first, '', `skipped ${count(left.length, 'unknown key')} under ${subsystem}: ${shown}`);
  }
  const left = others(skipped.foreign);
  const [first] = left;
  if (first !== undefined) {
    const shown = joinSome(
      left.map(({ key }) => key.split('.', 1)[0] ?? ''),
      5,
    );
    notices.add(first, '', `skipped ${count(left.length, 'key')} of other subsystems: ${shown}`);
  }
}

function unknownKey(key: string, suggestion: string | undefined): string {
  const problem = /^[\x21-\x7e]+$/.test(key)
    ? 'is not a known key'
    : 'is not a known key: it contains a letter that is not ASCII';
  return suggestion === undefined
    ? `${problem}; docs/reference/configuration.md lists all keys`
    : `${problem}; did you mean ${suggestion}?`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

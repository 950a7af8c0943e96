import { joinSome } from './join-some.js';
import type { Problems } from './problems.js';
import { LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, ofBondyAlone, STRICT_SUBSYSTEMS, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { type KeySpec, type Match, matchKey, type Scope } from './schema/spec.js';
import { createSuggester, type KnownNames, type Suggester } from './suggest.js';
import type { Entry } from './syntax/includes.js';

/** The entries of one scope, still as text: one service, one listener, the `wamp` keys. */
export interface RawScope {
  /** The service, procedure or listener; '' where there is only one of the kind. */
  readonly name: string;
  /** What stands before the keys, as the first line wrote it: `rpc_gateway.services.billing`. */
  readonly path: string;
  /** The first line, where a missing key is reported; undefined where nothing in the file belongs here. */
  readonly first: Entry | undefined;
  /** By entryId. */
  readonly values: Map<string, MatchedEntry>;
}

export interface MatchedEntry {
  readonly entry: Entry;
  readonly match: Match;
}

export interface RawService extends RawScope {
  readonly procedures: Map<string, RawScope>;
}

/** All entries of a configuration, each in its place. */
export interface RawConfig {
  readonly services: Map<string, RawService>;
  readonly listeners: Map<string, RawScope>;
  /** `wamp`, `security`, `router` and `log`, by path. */
  readonly others: Map<string, RawScope>;
}

/** Entries that belong to nobody here. */
interface Skipped {
  readonly unknown: Map<string, Entry[]>;
  readonly foreign: Entry[];
}

const SCOPE_NAME = /^[A-Za-z0-9_-]+$/;

/** What identifies an entry within its scope: the row of the table, and the name where that is a family. */
export function entryId(key: string, name?: string, field?: string): string {
  return name === undefined ? key : `${key}\n${name}\n${field ?? ''}`;
}

/** What makes a name of this family the same as another: the case of a header's does not count. */
export function foldName(spec: KeySpec | undefined, name: string): string {
  return spec !== undefined && 'family' in spec && spec.family.fold !== undefined
    ? spec.family.fold(name)
    : name;
}

/** Finds each entry's place in the schema. A key that stands twice keeps its last value, and a notice says so. */
export function sortEntries(entries: readonly Entry[], problems: Problems, notices: Problems): RawConfig {
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
    const place = findPlace(entry, raw, problems);
    if (place === 'refused') continue;
    const ofBondy = ofBondyAlone(entry.key);
    if (place !== undefined) put(entry, place, notices);
    else if (ofBondy !== undefined) notices.add(entry, entry.key, ofBondy);
    else if (STRICT_SUBSYSTEMS.includes(subsystem)) misspelt.push(entry);
    else if (TOP_SCOPES.some(({ path }) => path.split('.')[0] === subsystem)) {
      getOrPut(skipped.unknown, subsystem, () => []).push(entry);
    } else skipped.foreign.push(entry);
  }
  reportUnknown(misspelt, skipped, createSuggester(namesOf(raw)), problems, notices);
  return raw;
}

interface FoundPlace {
  readonly scope: RawScope;
  readonly match: Match;
}

/** Where an entry belongs; undefined where no row of the schema fits its key. */
function findPlace(entry: Entry, raw: RawConfig, problems: Problems): FoundPlace | 'refused' | undefined {
  const steps = entry.key.split('.');
  const [subsystem = '', kind, name = '', inner, innerName = ''] = steps;
  const rest = (count: number) => steps.slice(count).join('.');

  if (GATEWAY_PREFIXES.some((prefix) => prefix === subsystem)) {
    if (kind !== 'services' || name === '') return undefined;
    const isProcedure = inner === 'procedures' && innerName !== '';
    const match = isProcedure
      ? matchKey(PROCEDURE_SCOPE.keys, rest(5))
      : matchKey(SERVICE_SCOPE.keys, rest(3));
    if (match === undefined) return undefined;
    if (!named(entry, name, 'service', problems)) return 'refused';
    if (isProcedure && !named(entry, innerName, 'procedure', problems)) return 'refused';
    const service = getOrPut(raw.services, name, () => ({
      ...newScope(name, `${subsystem}.services.${name}`, entry),
      procedures: new Map(),
    }));
    if (!isProcedure) return { scope: service, match };
    const path = `${subsystem}.services.${name}.procedures.${innerName}`;
    const scope = getOrPut(service.procedures, innerName, () => newScope(innerName, path, entry));
    return { scope, match };
  }
  if (subsystem === 'listeners') {
    const match = kind === undefined || kind === '' ? undefined : matchKey(LISTENER_SCOPE.keys, rest(2));
    if (match === undefined || kind === undefined) return undefined;
    if (!named(entry, kind, 'listener', problems)) return 'refused';
    return { scope: getOrPut(raw.listeners, kind, () => newScope(kind, `listeners.${kind}`, entry)), match };
  }
  const scope = raw.others.get(subsystem);
  const table: Scope | undefined = TOP_SCOPES.find(({ path }) => path === subsystem);
  const match = scope && table && matchKey(table.keys, rest(1));
  return scope && match && { scope, match };
}

function newScope(name: string, path: string, first: Entry): RawScope {
  return { name, path, first, values: new Map() };
}

/** A suggestion takes a while, and nobody reads thousands of them. */
const MOST_SUGGESTIONS = 500;

/** What to say where the name of a service or procedure has dots in it, as its URI would. */
function dottedName(key: string): string | undefined {
  const steps = key.split('.');
  const isKey = (scope: Scope, start: number) =>
    matchKey(scope.keys, steps.slice(start).join('.')) !== undefined;
  const places = steps.map((_, place) => place);
  if (steps[1] !== 'services') return undefined;
  if (steps[3] === 'procedures') {
    return places.some((place) => place > 5 && isKey(PROCEDURE_SCOPE, place))
      ? `${nameRule('procedure')}, no dots; its URI goes into .uri`
      : undefined;
  }
  const isProcedureKey = (place: number) =>
    steps[place] === 'procedures' && isKey(PROCEDURE_SCOPE, place + 2);
  return places.some((place) => place > 3 && (isKey(SERVICE_SCOPE, place) || isProcedureKey(place)))
    ? `${nameRule('service')}, no dots`
    : undefined;
}

const nameRule = (what: string) => `the name of a ${what} may hold letters, digits, _ and - only`;

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
      `is given twice: this line counts, ${earlier.file}:${earlier.line}${other} does not`,
    );
  }
  // Deleted first, so that a family's members stand in the order of the lines that count.
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
 * An unknown key is an error where it is the gateway's own, and where it is nearly one of ours; what else a file of Bondy
 * holds is summed up in notices.
 */
function reportUnknown(
  misspelt: readonly Entry[],
  skipped: Skipped,
  suggester: Suggester,
  problems: Problems,
  notices: Problems,
): void {
  for (const [index, entry] of misspelt.entries()) {
    const near = index < MOST_SUGGESTIONS ? suggester.nearest(entry.key) : undefined;
    const message = dottedName(entry.key) ?? unknownKey(entry.key, near);
    problems.add(entry, entry.key, message);
  }
  /** Those that are not nearly ours: `security.config_fle` leaves a realm open, and must not pass as one of Bondy's. */
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
  const fault = /^[\x21-\x7e]+$/.test(key)
    ? 'is not a known key'
    : 'is not a known key, as it has a letter that is not ASCII';
  return suggestion === undefined
    ? `${fault}; docs/reference/configuration.md lists them all`
    : `${fault}; did you mean ${suggestion}?`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

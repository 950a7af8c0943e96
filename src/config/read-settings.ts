import { frozenMap, hideFromPrint, hideUnlisted } from './freeze.js';
import { isTemplate, maskEnvironment } from './masked-template.js';
import { entryId, foldName, type MatchedEntry, type RawScope } from './match-entries.js';
import type { Problems } from './problems.js';
import {
  type FamilySpec,
  type KeyTable,
  type SettingsOf,
  type SingleSpec,
  settingNameOf,
} from './schema/spec.js';
import { refuseForeignBraces } from './syntax/environment-braces.js';
import type { Entry, ReadFile } from './syntax/includes.js';
import { readListText, readValueText } from './syntax/lines.js';
import { type Environment, substitutePieces } from './syntax/substitution.js';
import type { ValueContext } from './types/datatypes.js';
import { ValueError } from './types/value-error.js';

/** The context for reading values. */
export interface ReadContext {
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly problems: Problems;
  readonly notices: Problems;
}

/**
 * The settings of one scope, before any default is computed from other keys. A setting is absent if
 * the file does not set it and it has no fixed default, or if its value is wrong (and reported
 * already).
 */
export interface Draft<Keys extends KeyTable> {
  readonly name: string;
  readonly settings: Partial<SettingsOf<Keys>>;
  /** The line of a key, with a valid or a wrong value. */
  entry(key: keyof Keys & string, member?: MemberName): Entry | undefined;
  /** The names in a family or record, with valid or wrong values. */
  members(key: keyof Keys & string): ReadonlySet<string>;
  /** Tells whether the file has the key `family` or a key below it. */
  hasAny(family: string): boolean;
  /**
   * Reports a problem at the line of a key, or at the first line of the scope if the key has none.
   */
  report(key: keyof Keys & string, message: string, member?: MemberName): void;
  /** The same for a notice. */
  notify(key: keyof Keys & string, message: string, member?: MemberName): void;
  /** Reports a missing key at the first line of the scope. */
  reportMissing(key: string, message: string): void;
}

/** Selects one key of a family. */
export interface MemberName {
  readonly name: string;
  /** The key within a record. */
  readonly field?: string;
}

/**
 * Reads one scope by its table. Wrong values and missing keys go to the problems of the context. A
 * value with a `$(variable)` of Bondy is not a problem if its scope is idle. Real files of Bondy, and
 * its defaults, contain such values.
 *
 * @param isIdle tells from the settings read so far whether no key of the scope has an effect.
 */
export function readSettings<Keys extends KeyTable>(
  scope: { readonly keys: Keys },
  raw: RawScope,
  loading: ReadContext,
  isIdle: (settings: Partial<SettingsOf<Keys>>) => boolean = () => false,
): Draft<Keys> {
  const settings: Record<string, unknown> = {};
  const typed = settings as Partial<SettingsOf<Keys>>;
  const isForBondy = (entry: Entry | undefined): boolean =>
    entry !== undefined && BONDY_VARIABLE.test(entry.rawValue) && isIdle(typed);
  const context: KeyContext = { ...loading, isForBondy };
  const draft = createDraft<Keys>(scope.keys, raw, typed, loading, isForBondy);
  for (const [key, spec] of Object.entries(scope.keys)) {
    const name = settingNameOf(key, spec);
    if ('record' in spec) {
      settings[name] = readRecord(key, spec.record.keys, raw, context, spec.record.name.parse);
    } else if ('family' in spec) {
      settings[name] = readFamily(key, spec, raw, context);
    } else {
      const value = readSingle(spec, raw.values.get(entryId(key))?.entry, context);
      if (value !== undefined) setSetting(settings, name, value, spec);
      if (spec.required === true && draft.entry(key) === undefined)
        draft.reportMissing(key, requiredMessage(spec));
    }
  }
  return draft;
}

/** A variable of Bondy, as in `$(platform_etc_dir)/cert.pem`. */
const BONDY_VARIABLE = /\$\([^()\s]+\)/;

/** The context for reading the values of one key. */
interface KeyContext extends ReadContext {
  /** Tells whether a wrong value in this line concerns only Bondy, so that it is not a problem. */
  readonly isForBondy: (entry: Entry) => boolean;
}

function createDraft<Keys extends KeyTable>(
  keys: KeyTable,
  raw: RawScope,
  settings: Partial<SettingsOf<Keys>>,
  { problems, notices }: ReadContext,
  isForBondy: (entry: Entry | undefined) => boolean,
): Draft<Keys> {
  const matched = [...raw.values.values()];
  const first = raw.first ?? { file: '', line: 0 };
  const entry = (key: string, member?: MemberName) =>
    raw.values.get(entryId(key, member && foldName(keys[key], member.name), member?.field))?.entry;
  const addTo = (list: Problems, key: string, message: string, member?: MemberName) => {
    const found = entry(key, member);
    list.add(found ?? first, found?.key ?? `${raw.path}.${keyText(key, member)}`, message);
  };
  return {
    name: raw.name,
    settings,
    entry,
    members: (key) => new Set(matched.flatMap(({ match }) => (match.key === key ? (match.name ?? []) : []))),
    hasAny: (family) =>
      matched.some(({ match }) => match.key === family || match.key.startsWith(`${family}.`)),
    report(key, message, member) {
      if (!isForBondy(entry(key, member))) addTo(problems, key, message, member);
    },
    notify: (key, message, member) => addTo(notices, key, message, member),
    reportMissing: (key, message) => problems.addMissing(first, `${raw.path}.${key}`, message),
  };
}

function keyText(key: string, member: MemberName | undefined): string {
  if (member === undefined) return key;
  const named = key.replace(/\$.*$/, () => member.name);
  return member.field === undefined ? named : `${named}.${member.field}`;
}

function readSingle(spec: SingleSpec, entry: Entry | undefined, context: KeyContext): unknown {
  const value = entry && readValue(entry, spec, context);
  if (value !== undefined || (entry !== undefined && !context.isForBondy(entry))) return value;
  if (spec.default === undefined) return undefined;
  return spec.type.parse(spec.default, { directory: process.cwd(), readFile: context.readFile });
}

function readFamily(key: string, spec: FamilySpec, raw: RawScope, context: KeyContext): unknown {
  const members: { name: string | number; value: unknown }[] = [];
  for (const { entry, match } of raw.values.values()) {
    if (match.key !== key) continue;
    const name = attempt(entry, context, () =>
      spec.family.name.parse(match.name ?? '', valueContext(entry, context)),
    );
    const value = readValue(entry, spec, context);
    if (name !== undefined && value !== undefined) members.push({ name, value });
  }
  return spec.family.collect(members as never);
}

function readRecord(
  key: string,
  fields: Readonly<Record<string, SingleSpec>>,
  raw: RawScope,
  context: KeyContext,
  parseName: (name: string, context: ValueContext) => string,
): ReadonlyMap<string, Record<string, unknown>> {
  const matched = [...raw.values.values()].filter(({ match }) => match.key === key);
  const names = new Set(matched.map(({ match }) => match.name ?? ''));
  const records = [...names].map((name) => {
    const members = matched.filter(({ match }) => match.name === name);
    const [{ entry: first }] = members as [MatchedEntry, ...MatchedEntry[]];
    attempt(first, context, () => parseName(name, valueContext(first, context)));
    const record: Record<string, unknown> = {};
    for (const [field, spec] of Object.entries(fields)) {
      const entry = members.find(({ match }) => match.field === field)?.entry;
      const value = readSingle(spec, entry, context);
      if (value !== undefined) setSetting(record, field, value, spec);
      if (spec.required === true && entry === undefined) {
        const path = first.key.slice(0, first.key.lastIndexOf('.'));
        context.problems.addMissing(first, `${path}.${field}`, requiredMessage(spec));
      }
    }
    return [name, record] as const;
  });
  return frozenMap(records);
}

/**
 * Sets a setting. Secrets are not enumerable, so a dump omits them. They are also hidden from
 * print.
 */
function setSetting(settings: Record<string, unknown>, name: string, value: unknown, spec: SingleSpec): void {
  if (spec.secret === true) {
    if (typeof value === 'object' && value !== null) hideFromPrint(value);
    else hideUnlisted(settings);
  }
  Object.defineProperty(settings, name, {
    value,
    enumerable: spec.secret !== true,
    writable: true,
    configurable: true,
  });
}

function requiredMessage(spec: SingleSpec): string {
  return `is required (${spec.type.description})`;
}

function readValue(
  entry: Entry,
  { type, secret }: Pick<SingleSpec, 'type' | 'secret'>,
  context: KeyContext,
): unknown {
  return attempt(entry, context, () => {
    const value = type.quotedItems ? readListText(entry.rawValue) : readValueText(entry.rawValue);
    // "# text" is surely a comment, but "pass #1word" may be meant as one value.
    if (secret === true && /^#+[^\s#]/.test(value.comment)) {
      context.notices.add(
        entry,
        entry.key,
        'ends at a #, which begins a comment; put a value that contains " #" in quotes',
      );
    }
    if (value.quoted) return type.parse(value.text, { ...valueContext(entry, context), quoted: true });
    const pieces = substitutePieces(value.text, context.env);
    if (type.variables !== undefined) refuseForeignBraces(pieces, type.variables);
    const parsed = type.parse(pieces.map(({ text }) => text).join(''), valueContext(entry, context));
    return isTemplate(parsed) ? maskEnvironment(parsed, pieces, type) : parsed;
  });
}

function valueContext(entry: Entry, { readFile }: ReadContext): ValueContext {
  return { directory: entry.directory, readFile };
}

function attempt<T>(entry: Entry, { problems, isForBondy }: KeyContext, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    if (!isForBondy(entry)) problems.add(entry, entry.key, error.message);
    return undefined;
  }
}

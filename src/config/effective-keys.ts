import type { LoadedConfig } from './model.js';
import { LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import {
  type KeySpec,
  type KeyTable,
  type RecordSpec,
  type SingleSpec,
  settingNameOf,
} from './schema/spec.js';
import type { WrittenKey, WrittenScope } from './written-keys.js';

/** A key in effect. Its value has no secret. */
export interface KeyInEffect {
  readonly key: string;
  readonly value: string;
  /** `bondy.conf:12`, or `default`. */
  readonly source: string;
}

/** Keys of one answer. A large configuration has hundreds of thousands. */
const MAX_KEYS = 20_000;

type Settings = Readonly<Record<string, unknown>>;

/** The keys with their values, scope by scope: first the written ones, then those with their defaults. */
export function effectiveKeys(config: LoadedConfig): {
  readonly keys: readonly KeyInEffect[];
  /** How many more keys there are. */
  readonly omitted: number;
} {
  const { scopes, omitted: notKept } = config.written;
  const left = new Map(scopes.map((scope) => [placeOf(scope.path), scope]));
  const keys: KeyInEffect[] = [];
  const rowsByTable = new Map<KeyTable, readonly Row[]>();
  let omitted = notKept;
  /** Keys that may still be added. The written ones are all there. */
  let room = MAX_KEYS - scopes.reduce((sum, scope) => sum + scope.keys.size, 0);
  for (const { place, table, settings, isDefault } of scopesOf(config)) {
    const scope = left.get(place) ?? (isDefault ? { path: place, keys: NOTHING_WRITTEN } : undefined);
    // What is written there was not kept, so the defaults are not known.
    if (scope === undefined) continue;
    left.delete(place);
    keys.push(...writtenIn(scope));
    const rows = rowsByTable.get(table) ?? rowsOf(table);
    rowsByTable.set(table, rows);
    for (const key of defaultsOf(scope, rows, settings as Settings)) {
      if (room-- > 0) keys.push(key);
      else omitted++;
    }
  }
  // Services and listeners that are not enabled have only the key that says so.
  for (const scope of left.values()) keys.push(...writtenIn(scope));
  return { keys, omitted };
}

const NOTHING_WRITTEN: ReadonlyMap<string, WrittenKey> = new Map();

/** The same place for both names of the gateway's subsystem. */
const placeOf = (path: string): string =>
  GATEWAY_PREFIXES.some((prefix) => path.startsWith(`${prefix}.`)) ? path.slice(path.indexOf('.') + 1) : path;

interface ScopeInEffect {
  readonly place: string;
  readonly table: KeyTable;
  readonly settings: object;
  /** True for a listener that no file has. */
  readonly isDefault?: boolean;
}

function* scopesOf(config: LoadedConfig): Iterable<ScopeInEffect> {
  for (const { name, settings, isDefault } of config.listeners)
    yield { place: `listeners.${name}`, table: LISTENER_SCOPE.keys, settings, isDefault };
  for (const { path: place, keys: table } of TOP_SCOPES) {
    const settings = (config as unknown as Readonly<Record<string, object>>)[place];
    // Without `router.url`, the other keys of the router have no effect.
    if (settings === undefined || (place === 'router' && config.router.url === undefined)) continue;
    yield { place, table, settings };
  }
  for (const { name, settings, procedures } of config.services) {
    const place = `services.${name}`;
    yield { place, table: SERVICE_SCOPE.keys, settings };
    for (const procedure of procedures) {
      const { name: own, settings: ofProcedure } = procedure;
      yield { place: `${place}.procedures.${own}`, table: PROCEDURE_SCOPE.keys, settings: ofProcedure };
    }
  }
}

function writtenIn({ keys }: WrittenScope): readonly KeyInEffect[] {
  return [...keys.values()].map(({ key, value, file, line }) => ({ key, value, source: `${file}:${line}` }));
}

/** A row of a table with the name of its setting. There are far more settings than rows. */
interface Row {
  readonly key: string;
  readonly setting: string;
  readonly spec: KeySpec;
}

const rowsOf = (table: KeyTable): readonly Row[] =>
  Object.entries(table).flatMap(([key, spec]) =>
    'family' in spec ? [] : [{ key, setting: settingNameOf(key, spec), spec }],
  );

function defaultsOf(
  { path, keys: written }: WrittenScope,
  rows: readonly Row[],
  settings: Settings,
): readonly KeyInEffect[] {
  const found: KeyInEffect[] = [];
  const add = (rest: string, spec: SingleSpec, setting: unknown): void => {
    if (written.has(rest) || spec.secret === true) return;
    const value = textOf(setting, spec);
    if (value !== undefined) found.push({ key: `${path}.${rest}`, value, source: 'default' });
  };
  for (const { key, setting, spec } of rows) {
    if ('type' in spec) add(key, spec as SingleSpec, settings[setting]);
    else if (settings[setting] instanceof Map) {
      for (const [name, group] of settings[setting] as ReadonlyMap<string, Settings>) {
        for (const row of rowsOf((spec as RecordSpec).record.keys)) {
          add(`${key.replace(/\$.*$/, () => name)}.${row.key}`, row.spec as SingleSpec, group[row.setting]);
        }
      }
    }
  }
  return found;
}

/** A default as it may stand in a file. Undefined for a key without a value. */
function textOf(setting: unknown, { type, default: fixed }: SingleSpec): string | undefined {
  switch (typeof setting) {
    case 'undefined':
      return undefined;
    case 'string':
      return setting;
    case 'boolean':
      return setting ? 'on' : 'off';
    case 'number':
      // Other keys may limit a default, for example `wamp.max_call_timeout`.
      if (fixed !== undefined && type.parse(fixed, NO_FILES) === setting) return fixed;
      return type.unit === 'ms' ? durationText(setting) : String(setting);
    default:
      return fixed;
  }
}

/** Values with a default name no files. */
const NO_FILES = { directory: '', readFile: () => '' };

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Milliseconds → `1h30m` */
function durationText(milliseconds: number): string {
  let rest = milliseconds;
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('') || '0';
}

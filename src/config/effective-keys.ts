import type { LoadedConfig } from './model.js';
import { LISTENER_SCOPE } from './schema/listener.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { type KeyTable, type SingleSpec, settingNameOf } from './schema/spec.js';
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
  let omitted = notKept;
  /** Keys that may still be added. The written ones are all there. */
  let room = MAX_KEYS - scopes.reduce((sum, scope) => sum + scope.keys.size, 0);
  for (const { place, table, settings, isDefault } of scopesOf(config)) {
    const scope = left.get(place) ?? (isDefault ? { path: place, keys: NOTHING_WRITTEN } : undefined);
    // What is written there was not kept, so the defaults are not known.
    if (scope === undefined) continue;
    left.delete(place);
    keys.push(...writtenIn(scope));
    for (const key of defaultsOf(scope, table, settings)) {
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

function* defaultsOf(
  { path, keys: written }: WrittenScope,
  keys: KeyTable,
  settings: object,
): Iterable<KeyInEffect> {
  for (const { rest, spec, setting } of singlesOf(keys, settings as Settings)) {
    if (written.has(rest)) continue;
    const value = spec.secret === true ? undefined : textOf(setting, spec);
    if (value !== undefined) yield { key: `${path}.${rest}`, value, source: 'default' };
  }
}

/** The keys with one value: those of the table, and those of each group of keys. */
function* singlesOf(
  keys: KeyTable,
  settings: Settings,
): Iterable<{ readonly rest: string; readonly spec: SingleSpec; readonly setting: unknown }> {
  for (const [key, spec] of Object.entries(keys)) {
    const setting = settings[settingNameOf(key, spec)];
    if ('type' in spec && !('family' in spec)) yield { rest: key, spec, setting };
    if (!('record' in spec) || !(setting instanceof Map)) continue;
    for (const [name, group] of setting as ReadonlyMap<string, Settings>) {
      for (const [field, of] of Object.entries(spec.record.keys)) {
        const rest = `${key.replace(/\$.*$/, () => name)}.${field}`;
        yield { rest, spec: of, setting: group[settingNameOf(field, of)] };
      }
    }
  }
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
